using Mono.Cecil;

namespace BehaviorDashboard.Tests.Architecture;

/// <summary>Reads assembly metadata, bodies included, and names every edge the house does not allow.</summary>
internal static class Inspector
{
    private const string Product = "BehaviorDashboard";

    /// <summary>The product's assemblies beside the tests, by project name.</summary>
    public static IReadOnlyDictionary<string, string> Assemblies { get; } =
        House.Projects.Keys.ToDictionary(p => p, p => Path.Combine(AppContext.BaseDirectory, $"{Product}.{p}.dll"));

    public static IReadOnlyList<string> Check(string project, string file, IReadOnlyDictionary<string, string[]> slices)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(file, new ReaderParameters { ReadingMode = ReadingMode.Immediate });
        var problems = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var reference in assembly.MainModule.AssemblyReferences)
        {
            if (Own(reference.Name) is { } target && !House.Projects[project].Contains(target)) problems.Add($"{project} must not reference {target}.");
            if (House.Owners.TryGetValue(reference.Name, out var owner) && owner != project) problems.Add($"{project} must not use {reference.Name}: only {owner} may.");
        }
        foreach (var type in assembly.MainModule.GetTypes().Where(t => SliceOf(t) is not null))
            foreach (var used in Uses(type).Where(u => u is not null).Distinct())
                CheckEdge(project, type, used!, slices, problems);
        return [.. problems];
    }

    private static void CheckEdge(string project, TypeDefinition type, TypeReference used, IReadOnlyDictionary<string, string[]> slices, SortedSet<string> problems)
    {
        var from = SliceOf(type)!;
        if (House.Hosts.Contains(from)) return;
        if (House.Interface.Contains(used.Scope?.Name) && !InInterface(type, from)) problems.Add($"{type.FullName} uses {used.Name}: the interface lives in {from}.Pages.");
        var to = SliceOf(used);
        if (to is null || to == from || House.Common.Contains(to)) return;
        if (!slices.TryGetValue(from, out var allowed)) problems.Add($"{from} ({project}) is not in the house's table.");
        else if (!allowed.Contains(to)) problems.Add($"{from} must not see {to}: {type.FullName} uses {used.FullName}.");
    }

    private static bool InInterface(TypeDefinition type, string slice) =>
        slice == "Look" || Namespace(type).EndsWith(".Pages", StringComparison.Ordinal);

    private static string? Own(string assembly) => assembly.StartsWith(Product + ".", StringComparison.Ordinal) ? assembly[(Product.Length + 1)..] : null;

    private static string Namespace(TypeReference type)
    {
        while (type.DeclaringType is not null) type = type.DeclaringType;
        return type.Namespace;
    }

    private static string? SliceOf(TypeReference type)
    {
        var space = Namespace(type);
        if (space == Product) return "Web";
        return space.StartsWith(Product + ".", StringComparison.Ordinal) ? space.Split('.')[1] : null;
    }

    private static IEnumerable<TypeReference?> Uses(TypeDefinition type)
    {
        foreach (var one in Flatten(type.BaseType)) yield return one;
        foreach (var one in type.Interfaces.SelectMany(i => Flatten(i.InterfaceType))) yield return one;
        foreach (var one in type.Fields.SelectMany(f => Flatten(f.FieldType))) yield return one;
        foreach (var method in type.Methods)
        {
            foreach (var one in Flatten(method.ReturnType).Concat(method.Parameters.SelectMany(p => Flatten(p.ParameterType)))) yield return one;
            if (!method.HasBody) continue;
            foreach (var one in method.Body.Variables.SelectMany(v => Flatten(v.VariableType))) yield return one;
            foreach (var operand in method.Body.Instructions.Select(i => i.Operand))
            {
                var found = operand switch
                {
                    GenericInstanceMethod generic => Flatten(generic.DeclaringType).Concat(generic.GenericArguments.SelectMany(Flatten)),
                    TypeReference reference => Flatten(reference),
                    MemberReference member => Flatten(member.DeclaringType),
                    _ => [],
                };
                foreach (var one in found) yield return one;
            }
        }
    }

    private static IEnumerable<TypeReference> Flatten(TypeReference? type)
    {
        if (type is null) yield break;
        if (type is GenericInstanceType generic)
            foreach (var argument in generic.GenericArguments.SelectMany(Flatten)) yield return argument;
        yield return type.GetElementType();
    }
}
