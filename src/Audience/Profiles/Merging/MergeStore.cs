using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Profiles;

/// <summary>Merges that were made, and people who may be one.</summary>
internal sealed class MergeStore(Database database)
{
    private const string Columns = """
        select id as Id, kept as Kept, merged as Merged, reason as Reason, merged_at as MergedAt, merged_by as MergedBy, undone_at as UndoneAt, undone_by as UndoneBy from merges
        """;

    private const string OfKeys = $"{Columns} where kept = any(@Keys) or merged = any(@Keys) order by merged_at desc, id desc";

    private const string Newest = $"{Columns} order by merged_at desc, id desc limit @Limit";

    private const string Sessions = "select count(distinct session_id) from events where user_id = any(@Keys) and session_id is not null";

    // A mark many people share (a shop's own address, a switchboard) is evidence of nothing.
    private const string Pairs = """
        with named as (
            select user_id, lower(trim(email)) as email, lower(trim(name)) as name,
                regexp_replace(coalesce(traits ->> 'phone', traits ->> 'phone_number', ''), '[^0-9]', '', 'g') as phone,
                lower(replace(coalesce(traits ->> 'postcode', traits ->> 'postalCode', traits ->> 'zip', traits -> 'address' ->> 'postalCode', traits -> 'address' ->> 'postcode', ''), ' ', '')) as postcode
            from profiles where traits is not null),
        marks as (
            select user_id, 'email' as reason, email as mark from named where email like '%@%'
            union all select user_id, 'phone', right(phone, 9) from named where length(phone) >= 7
            union all select user_id, 'name and postcode', name || ' ' || postcode from named where length(name) > 3 and length(postcode) >= 3),
        shared as (select reason, mark from marks group by reason, mark having count(*) between 2 and 4),
        pairs as (
            select a.user_id as low, b.user_id as high, a.reason
            from shared s join marks a on a.reason = s.reason and a.mark = s.mark join marks b on b.reason = s.reason and b.mark = s.mark and b.user_id > a.user_id)
        select p.low as Low, p.high as High, string_agg(p.reason, '|' order by p.reason) as Reasons from pairs p
        where not exists (select 1 from merge_dismissals d where d.low = p.low and d.high = p.high)
            and exists (select 1 from profiles k where k.user_id in (p.low, p.high) and k.is_known)
        group by p.low, p.high order by count(*) desc, p.low, p.high limit @Limit
        """;

    private const string Dismiss = """
        insert into merge_dismissals (low, high, dismissed_at, dismissed_by)
        values (least(cast(@One as text), cast(@Other as text)), greatest(cast(@One as text), cast(@Other as text)), @At, @By) on conflict (low, high) do nothing
        """;

    public sealed record Pair(string Low, string High, string Reasons);

    public Task<IReadOnlyList<MergeLine>> OfAsync(IEnumerable<string> keys, CancellationToken cancel) => database.QueryAsync<MergeLine>(OfKeys, new { Keys = SqlList.Of(keys) }, cancel);

    public Task<IReadOnlyList<MergeLine>> NewestAsync(int limit, CancellationToken cancel) => database.QueryAsync<MergeLine>(Newest, new { Limit = limit }, cancel);

    public Task<long> SessionsAsync(IEnumerable<string> keys, CancellationToken cancel) => database.ScalarAsync<long>(Sessions, new { Keys = SqlList.Of(keys) }, cancel);

    public Task<IReadOnlyList<Pair>> PairsAsync(int limit, CancellationToken cancel) => database.QueryAsync<Pair>(Pairs, new { Limit = limit }, cancel);

    public Task DismissAsync(string one, string other, DateTimeOffset at, string by) => database.ExecuteAsync(Dismiss, new { One = one, Other = other, At = at, By = by });
}
