using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace BehaviorDashboard.WebTests.Accounts;

/// <summary>A small OpenID Connect provider on loopback that lets in whoever the test says.</summary>
internal sealed class FakeProvider : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly RsaSecurityKey _key = new(RSA.Create(2048)) { KeyId = "k1" };
    private string _nonce = "";

    private FakeProvider(WebApplication app) => _app = app;

    public string Address { get; private set; } = "";

    /// <summary>What the next identity token says.</summary>
    public Dictionary<string, object> Claims { get; set; } = [];

    /// <summary>Signs with a key the provider does not publish.</summary>
    public bool Forge { get; set; }

    public static async Task<FakeProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var provider = new FakeProvider(builder.Build());
        provider.Map();
        await provider._app.StartAsync();
        provider.Address = provider._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return provider;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void Map()
    {
        _app.MapGet("/.well-known/openid-configuration", () => Results.Json(new
        {
            issuer = Address, authorization_endpoint = Address + "/authorize", token_endpoint = Address + "/token", jwks_uri = Address + "/keys",
        }));
        _app.MapGet("/keys", () =>
        {
            var key = _key.Rsa.ExportParameters(false);
            return Results.Json(new { keys = new[] { new { kty = "RSA", kid = "k1", use = "sig", alg = "RS256", n = Base64UrlEncoder.Encode(key.Modulus), e = Base64UrlEncoder.Encode(key.Exponent) } } });
        });
        _app.MapGet("/authorize", (string redirect_uri, string state, string nonce, string code_challenge) =>
        {
            _nonce = nonce;
            return Results.Redirect($"{redirect_uri}?code={Uri.EscapeDataString(code_challenge)}&state={Uri.EscapeDataString(state)}");
        });
        _app.MapPost("/token", async (HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            if (Base64UrlEncoder.Encode(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) != form["code"]) return Results.BadRequest();
            var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
            {
                Issuer = Address, Audience = form["client_id"].ToString() is { Length: > 0 } id ? id : "dashboard", Expires = DateTime.UtcNow.AddMinutes(5),
                Claims = new Dictionary<string, object>(Claims) { ["nonce"] = _nonce, ["sub"] = "s1" },
                SigningCredentials = new SigningCredentials(Forge ? new RsaSecurityKey(RSA.Create(2048)) { KeyId = "k1" } : _key, SecurityAlgorithms.RsaSha256),
            });
            return Results.Json(new { access_token = "a", token_type = "Bearer", id_token = token });
        });
    }
}
