using System.Buffers.Binary;
using System.Security.Cryptography;
using BehaviorDashboard.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace BehaviorDashboard.EndToEnd;

/// <summary>Somebody switches a second factor on and signs in with it, then changes the password.</summary>
public class OwnAccountTests(Browser browser)
{
    private const string Changed = "another correct horse battery";

    [Fact]
    public async Task A_second_factor_is_asked_for_and_the_password_can_be_changed()
    {
        await using var product = await ProductProcess.StartAsync();
        await using var watched = await browser.OpenAsync(product.Address);
        var page = watched.Page;
        await FirstAdmin.SetUpAsync(product, page);
        await page.GotoAsync("/account");
        await page.Locator("[data-begin]").ClickAsync();
        var secret = (await page.Locator("[data-secret]").InnerTextAsync()).Trim();
        await Expect(page.Locator("[data-qr] svg")).ToBeVisibleAsync();
        await watched.AssertAccessibleAsync();
        await page.Locator("[data-code]").FillAsync("000000");
        await page.Locator("[data-code]").PressAsync("Enter");
        await Expect(page.Locator(".bd-alert")).ToContainTextAsync("not the code");
        await page.Locator("[data-code]").FillAsync(Totp(secret));
        await page.Locator("[data-code]").PressAsync("Enter");
        var recovery = (await page.Locator("[data-codes]").InnerTextAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(8, recovery.Distinct().Count());
        await page.Locator("[data-on]").ClickAsync();
        await page.WaitForURLAsync(u => !u.Contains("/account", StringComparison.Ordinal));

        await page.Context.ClearCookiesAsync();
        await page.GotoAsync("/login");
        await page.Locator("[name=email]").FillAsync(FirstAdmin.Email);
        await page.Locator("[name=password]").FillAsync(FirstAdmin.Password);
        await page.Locator("[name=password]").PressAsync("Enter");
        await page.Locator("[name=code]").FillAsync(recovery[0].Trim());
        await page.Locator("[name=code]").PressAsync("Enter");
        await page.WaitForURLAsync(u => new Uri(u).AbsolutePath == "/");

        await page.GotoAsync("/account");
        await Expect(page.Locator("[data-change]")).ToBeEnabledAsync();
        await page.Locator("[data-current]").FillAsync("not the password");
        await page.Locator("[data-new]").FillAsync(Changed);
        await page.Locator("[data-repeat]").FillAsync(Changed);
        await page.Locator("[data-change]").ClickAsync();
        await Expect(page.Locator(".bd-alert")).ToContainTextAsync("That did not work");
        await page.Locator("[data-current]").FillAsync(FirstAdmin.Password);
        await page.Locator("[data-change]").ClickAsync();
        await page.WaitForURLAsync(u => !u.Contains("/account", StringComparison.Ordinal));
        await page.Context.ClearCookiesAsync();
        await page.GotoAsync("/login");
        await page.Locator("[name=email]").FillAsync(FirstAdmin.Email);
        await page.Locator("[name=password]").FillAsync(Changed);
        await page.Locator("[name=password]").PressAsync("Enter");
        await page.Locator("[name=code]").FillAsync(Totp(secret));
        await page.Locator("[name=code]").PressAsync("Enter");
        await page.WaitForURLAsync(u => new Uri(u).AbsolutePath == "/");
        watched.AssertClean();
    }

    /// <summary>RFC 6238: six digits of an HMAC-SHA1 over the number of half minutes.</summary>
    private static string Totp(string secret)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var key = new List<byte>();
        var (bits, held) = (0, 0);
        foreach (var c in secret)
        {
            (bits, held) = ((bits << 5) | Alphabet.IndexOf(c, StringComparison.Ordinal), held + 5);
            if (held < 8) continue;
            key.Add((byte)(bits >> (held - 8)));
            held -= 8;
            bits &= (1 << held) - 1;
        }
        var step = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(step, DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 30);
#pragma warning disable CA5350 // The standard's own hash.
        var hash = HMACSHA1.HashData(key.ToArray(), step);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 15)) & int.MaxValue;
        return (number % 1_000_000).ToString("000000", System.Globalization.CultureInfo.InvariantCulture);
    }
}
