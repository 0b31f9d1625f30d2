using Microsoft.AspNetCore.Components;

namespace BehaviorDashboard.Segments.Pages;

/// <summary>A group while somebody builds it. What is added or moved takes the focus, so that the keyboard stays with it.</summary>
public sealed partial class RuleEditor
{
    private ElementReference _adding;
    private bool _toAdding;

    [Parameter, EditorRequired] public EditNode Node { get; set; } = null!;

    [Parameter, EditorRequired] public EditOptions Options { get; set; } = null!;

    [Parameter] public Func<Task> OnChanged { get; set; } = () => Task.CompletedTask;

    [Parameter] public EventCallback<EditNode> OnRemove { get; set; }

    /// <summary>Takes a condition out of the group, to stand before (-1) or behind (1) it.</summary>
    [Parameter] public EventCallback<(EditNode Group, EditNode Node, int By)> OnOut { get; set; }

    [Parameter] public int Depth { get; set; } = 1;

    private bool CanNest => Depth < RuleCheck.MaxDepth - 2;

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!_toAdding) return;
        _toAdding = false;
        await _adding.FocusAsync();
    }

    private Task AddAsync(EditNode node)
    {
        if (node.Kind == "segment") node.Segment = Options.Segments[0].Id;
        if (node.Kind == "divided")
        {
            var first = Options.Terms.Groupings.Values.First();
            node.Name = first.Key + EditNode.Separator + first.Groups[0];
        }
        return PutAsync(Node, Node.Children.Count, node);
    }

    private async Task AddGroupAsync()
    {
        var group = new EditNode { Kind = Node.Kind == "all" ? "any" : "all" };
        Node.Children.Add(group);
        await PutAsync(group, 0, EditNode.Condition("did"));
    }

    private Task RemoveAsync(EditNode node)
    {
        Node.Children.Remove(node);
        _toAdding = true;
        return OnChanged();
    }

    /// <summary>Past a group next to it a condition goes into it; past the end, out of this group.</summary>
    private async Task MoveAsync((EditNode Node, int By) move)
    {
        var from = Node.Children.IndexOf(move.Node);
        var to = from + move.By;
        if (to < 0 || to >= Node.Children.Count)
        {
            if (OnOut.HasDelegate) await OnOut.InvokeAsync((Node, move.Node, move.By));
            return;
        }
        Node.Children.RemoveAt(from);
        var beside = Node.Children[to - (move.By > 0 ? 1 : 0)];
        if (beside.IsGroup) await PutAsync(beside, move.By > 0 ? 0 : beside.Children.Count, move.Node);
        else await PutAsync(Node, to, move.Node);
    }

    private Task TakeOutAsync((EditNode Group, EditNode Node, int By) move)
    {
        move.Group.Children.Remove(move.Node);
        var at = Node.Children.IndexOf(move.Group);
        if (move.Group.Children.Count == 0) Node.Children.RemoveAt(at);
        else if (move.By > 0) at++;
        return PutAsync(Node, at, move.Node);
    }

    private Task WrapAsync(EditNode node)
    {
        if (!CanNest) return Task.CompletedTask;
        var group = new EditNode { Kind = Node.Kind == "all" ? "any" : "all" };
        Node.Children[Node.Children.IndexOf(node)] = group;
        return PutAsync(group, 0, node);
    }

    private Task PutAsync(EditNode group, int at, EditNode node)
    {
        group.Children.Insert(at, node);
        node.WantsFocus = true;
        return OnChanged();
    }
}
