using System.Data.Common;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>Exceptions are logged: what the engines quote in them must name nobody.</summary>
public class StatementExceptionTests
{
    private const string Ada = "Ada Lovelace <ada@shop.example>";

    [Theory, InlineData(Engine.DuckDb), InlineData(Engine.Postgres)]
    public async Task A_refused_statement_names_no_value_and_still_tells_what_was_wrong(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        await using var store = await TestStore.OpenAsync(engine);
        foreach (var (sql, word) in new[]
        {
            ("insert into people_search (user_id, words) values (@Ada, 'a'), (@Ada, 'b')", "violat"),
            ("select cast(cast(@Ada as text) as integer)", engine == Engine.DuckDb ? "INT32" : "integer"),
            ("select cast(cast('{\"name\":' || @Ada as text) as json)", "json"),
            ("select 1 from people_search where nowhere = @Ada", "nowhere"),
        })
        {
            var problem = await Assert.ThrowsAnyAsync<DbException>(() => store.Database.ExecuteAsync(sql, new { Ada }));
            Assert.DoesNotContain("lovelace", problem.ToString(), StringComparison.OrdinalIgnoreCase);
            Assert.Contains(word, problem.Message, StringComparison.OrdinalIgnoreCase);
            if (word == "violat") Assert.True(store.Database.Dialect.IsConflict(problem));
        }
    }
}
