namespace BehaviorDashboard.Storage;

/// <summary>Where the rows of a table lie when a store is spread over several servers.</summary>
internal enum Placement
{
    /// <summary>Distributed by <c>user_id</c>, so that all that is kept of a person lies on one server.</summary>
    ByPerson,

    /// <summary>Distributed by the id of the message, which nobody joins: see <see cref="Placements.MessageKey"/>.</summary>
    ByMessage,

    /// <summary>Whole on every server: small, or joined by something else than the person.</summary>
    EveryServer,

    /// <summary>On the coordinator only: never joined with what shoppers did.</summary>
    Coordinator,
}

/// <summary>The place of every table there is. A table that is not here stops <c>store distribute</c>, and a test.</summary>
internal static class Placements
{
    /// <summary>Column by which tables are distributed.</summary>
    public const string Key = "user_id";

    /// <summary>Column by which what is known of messages is distributed: their key must not hold more than it.</summary>
    public const string MessageKey = "id";

    public static readonly IReadOnlyDictionary<string, Placement> All = new (Placement Place, string[] Tables)[]
    {
        (Placement.ByPerson,
        [
            "profiles", "events", "people_search", "own_traits", "consents", "trait_changes", "segment_members", "cluster_members", "prediction_scores", "prediction_watch",
            "campaign_people", "campaign_entries", "campaign_messages", "campaign_mails", "campaign_suppressions", "campaign_scores", "recommendation_exposures", "import_traits",
            "day_visits", "reviews", "conversations", "conversation_messages",
        ]),
        (Placement.ByMessage, ["event_ids"]),
        (Placement.EveryServer,
        [
            // Found by any key of a person.
            "identities", "merges", "merge_dismissals",
            // Known by a number or a line of their own, whoever they name.
            "import_replaced_events", "rejects",
            // What the shop has and decides.
            "products", "product_facts_before", "stock_changes", "inbound", "stock_policies", "stock_classes", "stock_snapshots", "purchase_proposals", "purchase_lines", "price_suggestions",
            "forecasts", "forecast_runs", "forecast_layers", "forecast_accuracy", "segments", "segment_versions", "rfm_scales", "cluster_names", "prediction_runs",
            "campaigns", "campaign_looks", "campaign_notes", "recommendation_strategies", "recommendation_overrides", "recommendation_experiments", "recommendation_forgotten",
            "import_entities", "import_replaced", "incidents",
            // Joined and added up with the visits of days.
            "summarised_days", "day_counts", "day_ranks", "day_products",
        ]),
        (Placement.Coordinator,
        [
            "schema_journal", "compaction", "accounts", "account_guard", "api_keys", "audit_log", "data_protection_keys", "erasure_reports", "retention_runs", "imports", "import_mappings",
            "incident_notes", "incident_actions", "webhook_endpoints", "webhook_messages", "webhook_attempts", "model_versions", "model_artefacts", "training_jobs", "training_schedules",
            "training_policies", "model_reigns", "model_checks", "feedback_rules", "feedback_rule_versions", "feedback_rule_standings", "feedback_firings", "feedback_holds", "feedback_notices",
            "leases", "nodes", "history", "ledger_actions", "ledger_comments", "ledger_follows", "recommendation_actions", "supply_actions", "knowledge", "suggestion_choices", "suggestion_ranker",
        ]),
    }.SelectMany(p => p.Tables.Select(t => (t, p.Place))).ToDictionary(p => p.t, p => p.Place);
}
