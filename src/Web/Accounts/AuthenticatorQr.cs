using QRCoder;

namespace BehaviorDashboard.Accounts;

/// <summary>The link that enrols an authenticator app as a picture to scan. Made here, so that the secret goes to nobody else.</summary>
internal static class AuthenticatorQr
{
    public static string LinkOf(string email, string secret) => $"otpauth://totp/BehaviorDashboard:{Uri.EscapeDataString(email)}?secret={secret}&issuer=BehaviorDashboard&digits=6";

    /// <returns>An SVG that sizes itself to its place, black on white in either theme.</returns>
    public static string Svg(string link)
    {
        using var generator = new QRCodeGenerator();
        using var data = generator.CreateQrCode(link, QRCodeGenerator.ECCLevel.M);
        using var picture = new SvgQRCode(data);
        return picture.GetGraphic(4, "#000000", "#ffffff", drawQuietZones: true, SvgQRCode.SizingMode.ViewBoxAttribute);
    }
}
