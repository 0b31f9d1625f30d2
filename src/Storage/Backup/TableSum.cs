using System.Buffers.Binary;
using System.Data.Common;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using DuckDB.NET.Data;

namespace BehaviorDashboard.Storage;

/// <summary>What a table holds, in two numbers that are the same on both engines and in every version of them.</summary>
/// <param name="Checksum">Sum over all rows (modulo 2^128) of the rows' XXH128, in hexadecimal; the order of rows does not matter.</param>
public sealed record TableSum(string Table, long Rows, string Checksum);

/// <summary>Adds rows up. A row is its values in the order of its columns' names.</summary>
internal sealed class RowSum
{
    private byte[] _row = new byte[4_096];
    private int _length;
    private UInt128 _sum;

    public long Rows { get; private set; }

    public TableSum Of(string table) => new(table, Rows, _sum.ToString("x32", CultureInfo.InvariantCulture));

    public void Add(ReadOnlySpan<object> values)
    {
        _length = 0;
        foreach (var value in values) Append(value);
        _sum = unchecked(_sum + XxHash128.HashToUInt128(_row.AsSpan(0, _length)));
        Rows++;
    }

    private void Append(object value)
    {
        switch (value)
        {
            case DBNull: Tag(0); break;
            case string text: Text(text); break;
            case bool flag: Number(2, flag ? 1 : 0); break;
            case DateTime time: Number(3, time.Ticks); break;
            case DateOnly day: Number(3, day.ToDateTime(TimeOnly.MinValue).Ticks); break;
            case decimal amount: Text((amount / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture)); break;
            case double or float: Number(5, BitConverter.DoubleToInt64Bits(Convert.ToDouble(value, CultureInfo.InvariantCulture))); break;
            case long or int or short or sbyte or byte or uint: Number(6, Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
            case byte[] bytes: Bytes(7, bytes); break;
            default: Text(Convert.ToString(value, CultureInfo.InvariantCulture)!); break;
        }
    }

    private void Tag(byte tag)
    {
        Grow(1);
        _row[_length++] = tag;
    }

    private void Number(byte tag, long number)
    {
        Tag(tag);
        Grow(8);
        BinaryPrimitives.WriteInt64LittleEndian(_row.AsSpan(_length), number);
        _length += 8;
    }

    private void Text(string text)
    {
        var size = Encoding.UTF8.GetByteCount(text);
        Number(1, size);
        Grow(size);
        _length += Encoding.UTF8.GetBytes(text, _row.AsSpan(_length));
    }

    private void Bytes(byte tag, byte[] bytes)
    {
        Number(tag, bytes.Length);
        Grow(bytes.Length);
        bytes.CopyTo(_row.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Grow(int more)
    {
        if (_length + more > _row.Length) Array.Resize(ref _row, Math.Max(_row.Length * 2, _length + more));
    }
}

/// <summary>Reads whole tables without holding them.</summary>
internal static class TableReader
{
    /// <param name="from">What follows the columns: table and condition.</param>
    /// <param name="row">Gets each row's values; the array is used again for the next.</param>
    public static async Task ReadAsync(DbConnection connection, TableShape table, string from, Func<object[], ValueTask> row, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"select {table.ColumnList} from {from}";
        command.CommandTimeout = 0;
        if (command is DuckDBCommand duck) duck.UseStreamingMode = true;
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var values = new object[table.Columns.Count];
        while (await reader.ReadAsync(cancel))
        {
            reader.GetValues(values);
            for (var i = 0; i < values.Length; i++)
                if (values[i] is Stream blob) values[i] = await BytesAsync(blob, cancel);
            await row(values);
        }
    }

    public static async Task<TableSum> SumAsync(DbConnection connection, TableShape table, string from, CancellationToken cancel)
    {
        var sum = new RowSum();
        await ReadAsync(connection, table, from, values =>
        {
            sum.Add(values);
            return ValueTask.CompletedTask;
        }, cancel);
        return sum.Of(table.Name);
    }

    /// <param name="database">Of an attached DuckDB file; the connection's own when null.</param>
    public static async Task<IReadOnlyList<TableSum>> SumAllAsync(DbConnection connection, string? database, Action<string>? progress, CancellationToken cancel)
    {
        var sums = new List<TableSum>();
        foreach (var table in await Catalogue.ReadAsync(connection, database, cancel))
        {
            var name = SqlName.Quote(table.Name);
            sums.Add(await SumAsync(connection, table, database is null ? name : $"{SqlName.Quote(database)}.{name}", cancel));
            if (sums[^1].Rows > 100_000) progress?.Invoke(string.Create(CultureInfo.InvariantCulture, $"  {table.Name}: {sums[^1].Rows:N0} rows"));
        }
        return sums;
    }

    private static async Task<byte[]> BytesAsync(Stream blob, CancellationToken cancel)
    {
        await using var _ = blob;
        var bytes = new MemoryStream();
        await blob.CopyToAsync(bytes, cancel);
        return bytes.ToArray();
    }
}
