using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Inventory;

/// <summary>Proposals and their lines.</summary>
internal sealed class ProposalStore(Database database)
{
    private const string Heads = """
        select p.id as Id, p.supplier as Supplier, p.status as Status, p.cause as Cause, p.created_at as CreatedAt, p.approved_at as ApprovedAt, cast(count(l.product_id) as integer) as Lines,
            cast(coalesce(sum(l.quantity), 0) as bigint) as Units, cast(coalesce(sum(l.quantity * l.unit_cost), 0) as decimal(18, 4)) as Cost
        from purchase_proposals p left join purchase_lines l on l.proposal_id = p.id
        """;

    private const string LinesOf = """
        select proposal_id as ProposalId, product_id as ProductId, '' as Title, quantity as Quantity, proposed as Proposed, unit_cost as UnitCost, reason as Reason from purchase_lines where proposal_id = @Id order by product_id
        """;

    private const string AddLine = """
        insert into purchase_lines (proposal_id, product_id, quantity, proposed, unit_cost, reason) values (@ProposalId, @ProductId, @Quantity, @Proposed, @UnitCost, @Reason)
        on conflict (proposal_id, product_id) do update set quantity = excluded.quantity, proposed = excluded.proposed, unit_cost = excluded.unit_cost, reason = excluded.reason
        """;

    public Task<IReadOnlyList<Proposal>> ListAsync(int limit, CancellationToken cancel) => database.QueryAsync<Proposal>(
        $"{Heads} group by p.id, p.supplier, p.status, p.cause, p.created_at, p.approved_at order by case p.status when 'draft' then 0 when 'approved' then 1 else 2 end, 9 desc, p.id desc limit @Limit", new { Limit = limit }, cancel);

    public Task<Proposal?> FindAsync(int id, CancellationToken cancel) =>
        database.FirstOrDefaultAsync<Proposal>($"{Heads} where p.id = @Id group by p.id, p.supplier, p.status, p.cause, p.created_at, p.approved_at", new { Id = id }, cancel);

    public Task<IReadOnlyList<ProposalLine>> LinesAsync(int id, CancellationToken cancel) => database.QueryAsync<ProposalLine>(LinesOf, new { Id = id }, cancel);

    /// <summary>New drafts in place of the nightly ones nobody touched.</summary>
    public Task<IReadOnlyList<int>> ReplaceDraftsAsync(IReadOnlyCollection<(string Supplier, IReadOnlyList<ProposalLine> Lines)> drafts, string cause, bool replace, DateTimeOffset now, CancellationToken cancel) => database.WriteAsync<IReadOnlyList<int>>(async session =>
    {
        if (replace)
        {
            const string Untouched = "select id from purchase_proposals where status = 'draft' and cause = 'nightly' and not exists (select 1 from purchase_lines l where l.proposal_id = purchase_proposals.id and l.quantity <> l.proposed)";
            await session.ExecuteAsync($"delete from purchase_lines where proposal_id in ({Untouched})");
            await session.ExecuteAsync("delete from purchase_proposals where status = 'draft' and cause = 'nightly' and not exists (select 1 from purchase_lines l where l.proposal_id = purchase_proposals.id)");
        }
        var ids = new List<int>();
        foreach (var (supplier, lines) in drafts)
        {
            var id = await session.ScalarAsync<int>("select cast(nextval('purchase_proposals_id') as integer)");
            await session.ExecuteAsync("insert into purchase_proposals (id, supplier, status, cause, created_at) values (@Id, @Supplier, 'draft', @Cause, @Now)", new { Id = id, Supplier = supplier, Cause = cause, Now = now });
            foreach (var line in lines) await session.ExecuteAsync(AddLine, line with { ProposalId = id });
            ids.Add(id);
        }
        return ids;
    }, cancel);

    /// <summary>Products that a draft somebody changed, or that somebody asked for, already holds.</summary>
    public Task<IReadOnlyList<string>> DraftedAsync(CancellationToken cancel) => database.QueryAsync<string>("select l.product_id from purchase_lines l join purchase_proposals p on p.id = l.proposal_id where p.status = 'draft'", null, cancel);

    public async Task<bool> SetQuantityAsync(int id, string product, long quantity, CancellationToken cancel) => await database.ExecuteAsync(quantity == 0
        ? "delete from purchase_lines where proposal_id = @Id and product_id = @Product and exists (select 1 from purchase_proposals p where p.id = @Id and p.status = 'draft')"
        : "update purchase_lines set quantity = @Quantity where proposal_id = @Id and product_id = @Product and exists (select 1 from purchase_proposals p where p.id = @Id and p.status = 'draft')",
        new { Id = id, Product = product, Quantity = quantity }, cancel) > 0;

    public async Task<bool> SetStatusAsync(int id, string from, string to, DateTimeOffset now, CancellationToken cancel) => await database.ExecuteAsync(
        "update purchase_proposals set status = @To, approved_at = case when @To = 'approved' then cast(@Now as timestamptz) else approved_at end where id = @Id and status = @From", new { Id = id, From = from, To = to, Now = now }, cancel) > 0;

    public Task<int?> ByCauseAsync(string cause, CancellationToken cancel) => database.FirstOrDefaultAsync<int?>("select id from purchase_proposals where cause = @Cause", new { Cause = cause }, cancel);
}
