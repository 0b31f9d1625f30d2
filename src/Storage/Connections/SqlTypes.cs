using System.Data;
using System.Runtime.CompilerServices;
using Dapper;

namespace BehaviorDashboard.Storage;

/// <summary>Teaches Dapper the types both engines share.</summary>
internal static class SqlTypes
{
    internal static void Register()
    {
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
        SqlMapper.AddTypeHandler(typeof(DateTimeOffset), new UtcInstant());
    }

    /// <summary>Not Dapper's generic handler: that one cannot say that a whole row is null, as <c>min</c> of nothing is.</summary>
    private sealed class UtcInstant : SqlMapper.ITypeHandler
    {
        public void SetValue(IDbDataParameter parameter, object value) => parameter.Value = value is DateTimeOffset instant ? instant.UtcDateTime : DBNull.Value;

        public object? Parse(Type destinationType, object? value) => value switch
        {
            null or DBNull => null,
            DateTime time => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
            DateTimeOffset instant => instant.ToUniversalTime(),
            _ => throw new DataException($"Cannot read {value.GetType().Name} as an instant."),
        };
    }
}

/// <summary>A list parameter for <c>= any(@ids)</c> and <c>unnest(@ids)</c>, which both engines understand.</summary>
public sealed class SqlList<T>(IEnumerable<T> values) : SqlMapper.ICustomQueryParameter
{
    private readonly List<T> _values = [.. values];

    public void AddParameter(IDbCommand command, string name)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = _values;
        command.Parameters.Add(parameter);
    }
}

public static class SqlList
{
    public static SqlList<T> Of<T>(IEnumerable<T> values) => new(values);
}
