using System.Data.Common;
using System.Net;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Xunit;

namespace BehaviorDashboard.WebTests.Shell;

/// <summary>A process that lives but cannot reach its store says just that, and recovers.</summary>
public sealed class HealthTests
{
    /// <summary>A store that can be cut off.</summary>
    private sealed class CutOff(IConnectionSource store) : IConnectionSource
    {
        public bool Gone { get; set; }

        public Dialect Dialect => store.Dialect;

        public ValueTask<DbConnection> OpenAsync(CancellationToken cancel, bool writes = false) => Gone ? throw new StoreUnavailableException("gone") : store.OpenAsync(cancel, writes);

        public Task<bool> CompactAsync(string finish, CancellationToken cancel) => store.CompactAsync(finish, cancel);

        public void Abandon() => store.Abandon();

        public ValueTask DisposeAsync() => store.DisposeAsync();
    }

    private sealed class Host : WebHost
    {
        public CutOff Store => (CutOff)Services.GetRequiredService<IConnectionSource>();

        protected override bool WithPeople => false;

        protected override void ChangeServices(IServiceCollection services)
        {
            var real = services.Single(s => s.ServiceType == typeof(IConnectionSource)).ImplementationFactory!;
            services.Replace(ServiceDescriptor.Singleton<IConnectionSource>(p => new CutOff((IConnectionSource)real(p))));
        }
    }

    [Fact]
    public async Task Without_its_store_it_is_alive_but_not_ready()
    {
        await using var host = new Host();
        await host.InitializeAsync();
        using var client = host.Client();
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await AskAsync("/healthz"), await AskAsync("/readyz")));
        host.Store.Gone = true;
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (await AskAsync("/healthz"), await AskAsync("/readyz")));
        host.Store.Gone = false;
        Assert.Equal(HttpStatusCode.OK, await AskAsync("/readyz"));

        async Task<HttpStatusCode> AskAsync(string path)
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
            return answer.StatusCode;
        }
    }
}
