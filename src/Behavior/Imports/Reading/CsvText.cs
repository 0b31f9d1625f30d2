using System.Buffers;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace BehaviorDashboard.Imports;

/// <summary>What is wrong with a record of delimited text.</summary>
internal enum CsvFault
{
    None,
    OpenQuote,
    TextBehindQuote,
    TooLong,
}

/// <summary>
/// Delimited text record by record (RFC 4180: quotes, doubled quotes, line breaks inside quotes). A record that breaks
/// the rules costs its first line and nothing else: reading goes on with the next line. Holds one record at a time.
/// </summary>
internal sealed class CsvText(TextReader reader, char delimiter)
{
    /// <summary>Characters one record may have; a quote that is opened and not closed runs into it.</summary>
    public const int LongestRecord = 1024 * 1024;

    private const int KeptStrings = 4_096;
    private readonly SearchValues<char> _ends = SearchValues.Create([delimiter, '\n', '\r', '"']);
    private readonly string?[] _kept = new string?[KeptStrings];
    private readonly List<string> _fields = [];
    private char[] _buffer = new char[128 * 1024];
    private int _at;
    private int _end;
    private int _nextLine = 1;
    private bool _last;

    /// <summary>1-based line of the file on which the record begins.</summary>
    public int Line { get; private set; }

    public CsvFault Fault { get; private set; }

    /// <summary>The fields of the record; of a faulty one its first line as a single field.</summary>
    public string[] Fields { get; private set; } = [];

    /// <returns>False at the end of the text. An empty line is a record of one empty field.</returns>
    public bool Read()
    {
        Fault = CsvFault.None;
        Line = _nextLine;
        _fields.Clear();
        if (_at == _end && !Fill()) return false;
        var start = _at;
        var at = start;
        while (true)
        {
            if (at == _end && !More(ref start, ref at)) return Finish(at);
            if (_buffer[at] == '"')
            {
                if (!Quoted(ref start, ref at)) return Reject(start);
            }
            else if (!Plain(ref start, ref at)) return Reject(start);
            if (at == _end && !More(ref start, ref at)) return Finish(at);
            if (_buffer[at] == delimiter)
            {
                at++;
                if (at == _end && !More(ref start, ref at))
                {
                    _fields.Add("");
                    return Finish(at);
                }
                continue;
            }
            return Finish(AfterBreak(ref start, at));
        }
    }

    private bool Plain(ref int start, ref int at)
    {
        var from = at;
        while (true)
        {
            var found = _buffer.AsSpan(at, _end - at).IndexOfAny(_ends);
            at = found < 0 ? _end : at + found;
            // A quote inside a field that began without one is a character like any other.
            if (at < _end && _buffer[at] == '"')
            {
                at++;
                continue;
            }
            if (at < _end) break;
            var moved = start;
            if (at - start > LongestRecord) return Fail(CsvFault.TooLong);
            var more = More(ref start, ref at);
            from -= moved - start;
            if (!more) break;
        }
        _fields.Add(Text(_buffer.AsSpan(from, at - from)));
        return true;
    }

    private bool Quoted(ref int start, ref int at)
    {
        var from = ++at;
        var doubled = false;
        while (true)
        {
            var found = _buffer.AsSpan(at, _end - at).IndexOf('"');
            at = found < 0 ? _end : at + found;
            var moved = start;
            if (at == _end || at + 1 == _end)
            {
                var quote = at < _end;
                if (at - start > LongestRecord) return Fail(CsvFault.TooLong);
                var more = More(ref start, ref at);
                from -= moved - start;
                if (more) continue;
                if (!quote) return Fail(CsvFault.OpenQuote);
            }
            if (at + 1 < _end && _buffer[at + 1] == '"')
            {
                (doubled, at) = (true, at + 2);
                continue;
            }
            var text = _buffer.AsSpan(from, at - from);
            at++;
            if (at < _end && _buffer[at] != delimiter && _buffer[at] is not ('\n' or '\r')) return Fail(CsvFault.TextBehindQuote);
            _nextLine += text.Count('\n');
            _fields.Add(doubled ? new string(text).Replace("\"\"", "\"", StringComparison.Ordinal) : Text(text));
            return true;
        }
    }

    private bool Fail(CsvFault fault)
    {
        Fault = fault;
        return false;
    }

    private bool Finish(int next)
    {
        _at = next;
        _nextLine++;
        Fields = [.. _fields];
        return true;
    }

    /// <summary>Drops the record's first line and stands on the second.</summary>
    private bool Reject(int start)
    {
        _nextLine = Line;
        var at = start;
        var found = _buffer.AsSpan(at, _end - at).IndexOf('\n');
        var line = _buffer.AsSpan(at, Math.Min(found < 0 ? _end - at : found, 2_000)).TrimEnd('\r').ToString();
        while (found < 0)
        {
            _at = _end;
            if (!Fill()) break;
            found = _buffer.AsSpan(_at, _end - _at).IndexOf('\n');
            at = _at;
        }
        _at = found < 0 ? _end : at + found + 1;
        _nextLine = Line + 1;
        Fields = [line];
        return true;
    }

    private int AfterBreak(ref int start, int at)
    {
        if (_buffer[at] == '\n') return at + 1;
        at++;
        if (at == _end && !More(ref start, ref at)) return at;
        return _buffer[at] == '\n' ? at + 1 : at;
    }

    /// <summary>Reads on while the record that begins at <paramref name="start"/> stays in the buffer.</summary>
    private bool More(ref int start, ref int at)
    {
        if (_last) return false;
        var length = _end - start;
        if (start > 0) _buffer.AsSpan(start, length).CopyTo(_buffer);
        at -= start;
        (start, _end) = (0, length);
        if (length == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        var read = reader.ReadBlock(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _last = read == 0;
        return read > 0;
    }

    private bool Fill()
    {
        _at = _end = 0;
        if (_last) return false;
        _end = reader.ReadBlock(_buffer, 0, _buffer.Length);
        _last = _end == 0;
        return _end > 0;
    }

    /// <summary>Values that come often (dates, customers, countries) become one string.</summary>
    private string Text(ReadOnlySpan<char> text)
    {
        if (text.Length == 0) return "";
        if (text.Length > 40) return text.ToString();
        ref var kept = ref _kept[XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text)) & (KeptStrings - 1)];
        return kept is not null && text.SequenceEqual(kept) ? kept : kept = text.ToString();
    }
}
