using Microsoft.ML;
using Microsoft.ML.Data;

namespace BehaviorDashboard.Learning;

/// <summary>Prepared rows as ML.NET reads them.</summary>
internal static class MlRows
{
    private sealed class Row
    {
        public float[] Features { get; set; } = [];
        public bool Label { get; set; }
    }

    private sealed class FigureRow
    {
        public float[] Features { get; set; } = [];
        public float Label { get; set; }
    }

    /// <param name="prepared">Row after row.</param>
    public static IDataView View(MLContext ml, float[] prepared, int columns, double[] labels, LearningTask task = LearningTask.Chance)
    {
        var schema = SchemaDefinition.Create(task == LearningTask.Chance ? typeof(Row) : typeof(FigureRow));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, columns);
        return task == LearningTask.Chance
            ? ml.Data.LoadFromEnumerable(labels.Select((l, i) => new Row { Features = prepared[(i * columns)..((i + 1) * columns)], Label = l > 0.5 }), schema)
            : ml.Data.LoadFromEnumerable(labels.Select((l, i) => new FigureRow { Features = prepared[(i * columns)..((i + 1) * columns)], Label = (float)l }), schema);
    }
}
