using BehaviorDashboard.Testing;
using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Xunit;

namespace BehaviorDashboard.Tests.Architecture;

/// <summary>The one-way road, checked on what was compiled, and proof that the check can fail.</summary>
public partial class ArchitectureTests
{
    public static TheoryData<string> Projects => [.. House.Projects.Keys];

    [Theory, MemberData(nameof(Projects))]
    public void Every_project_and_slice_sees_only_what_the_house_allows(string project)
    {
        Assert.True(File.Exists(Inspector.Assemblies[project]), $"{Inspector.Assemblies[project]} was not built.");
        Assert.Empty(Inspector.Check(project, Inspector.Assemblies[project], House.Slices));
    }

    [Fact]
    public void Every_project_folder_is_in_the_house()
    {
        var folders = Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Equal(House.Projects.Keys.Order(StringComparer.Ordinal), folders);
    }

    [Fact]
    public void A_planted_backward_reference_is_caught()
    {
        // A type in Catalog (Supply) whose method calls into Profiles (Audience): stock must not read people.
        var problems = CheckPlanted("Supply", "BehaviorDashboard.Catalog", Reference("BehaviorDashboard.Audience", "BehaviorDashboard.Profiles", "ProfilesModule"));
        Assert.Contains("Supply must not reference Audience.", problems);
        Assert.Contains(problems, p => p.StartsWith("Catalog must not see Profiles", StringComparison.Ordinal));
    }

    [Fact]
    public void A_planted_driver_outside_Storage_is_caught() =>
        Assert.Contains("Behavior must not use Npgsql: only Storage may.", CheckPlanted("Behavior", "BehaviorDashboard.Ingest", Reference("Npgsql", "Npgsql", "NpgsqlConnection")));

    [Fact]
    public void Planted_interface_code_outside_Pages_is_caught()
    {
        var component = Reference("Microsoft.AspNetCore.Components", "Microsoft.AspNetCore.Components", "ComponentBase");
        Assert.Contains(CheckPlanted("Behavior", "BehaviorDashboard.Imports", component), p => p.Contains("the interface lives in Imports.Pages", StringComparison.Ordinal));
        Assert.Empty(CheckPlanted("Behavior", "BehaviorDashboard.Imports.Pages", component));
    }

    [Fact]
    public void Pages_subscribe_before_they_first_wait()
    {
        // Who leaves while a page loads has disposed it: what it subscribes to after that stays for ever.
        Assert.Equal(["planted"], LateSubscribers([("planted", "\n  protected override async Task OnInitializedAsync()\n  {\n    await LoadAsync();\n    _live = Service.Changed.Subscribe(Every, LoadAsync);\n  }")]));
        var pages = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.razor*", SearchOption.AllDirectories).Where(f => f.EndsWith(".razor", StringComparison.Ordinal) || f.EndsWith(".razor.cs", StringComparison.Ordinal));
        Assert.Empty(LateSubscribers(pages.Select(f => (Path.GetRelativePath(Repository.Root, f), File.ReadAllText(f)))));
    }

    private static IEnumerable<string> LateSubscribers(IEnumerable<(string Name, string Text)> pages) =>
        pages.Where(p => LifeCycleMethod().Matches(p.Text).Any(m => m.Value.IndexOf("await ", StringComparison.Ordinal) is >= 0 and var wait && m.Value.IndexOf(".Subscribe(", wait, StringComparison.Ordinal) >= 0)).Select(p => p.Name);

    [GeneratedRegex(@"\n( *)protected override async Task On(?:Initialized|ParametersSet|AfterRender)Async\([^)]*\)\r?\n\1\{.*?\n\1\}", RegexOptions.Singleline)]
    private static partial Regex LifeCycleMethod();

    private static Func<ModuleDefinition, TypeReference> Reference(string assembly, string space, string name) => module =>
    {
        var scope = new AssemblyNameReference(assembly, new Version(1, 0));
        module.AssemblyReferences.Add(scope);
        return new TypeReference(space, name, module, scope);
    };

    private static IReadOnlyList<string> CheckPlanted(string project, string space, Func<ModuleDefinition, TypeReference> reference)
    {
        using var assembly = AssemblyDefinition.CreateAssembly(new AssemblyNameDefinition($"BehaviorDashboard.{project}", new Version(1, 0)), project, ModuleKind.Dll);
        var module = assembly.MainModule;
        var type = new TypeDefinition(space, "Planted", TypeAttributes.Public | TypeAttributes.Class, module.TypeSystem.Object);
        var method = new MethodDefinition("Call", MethodAttributes.Public, module.TypeSystem.Void);
        var body = method.Body.GetILProcessor();
        body.Emit(OpCodes.Newobj, new MethodReference(".ctor", module.TypeSystem.Void, reference(module)) { HasThis = true });
        body.Emit(OpCodes.Pop);
        body.Emit(OpCodes.Ret);
        type.Methods.Add(method);
        module.Types.Add(type);
        var file = Path.Combine(Directory.CreateTempSubdirectory("planted-").FullName, $"{project}.dll");
        assembly.Write(file);
        try
        {
            return Inspector.Check(project, file, House.Slices);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }
}
