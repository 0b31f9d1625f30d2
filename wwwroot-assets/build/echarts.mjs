// What the product's charts are made of; nothing else of ECharts is shipped.
export { init, use } from 'echarts/core';
import { use } from 'echarts/core';
import { LineChart, BarChart, HeatmapChart, ScatterChart, SankeyChart, FunnelChart, GaugeChart } from 'echarts/charts';
import {
  GridComponent, TooltipComponent, LegendComponent, DataZoomComponent, VisualMapComponent,
  MarkLineComponent, MarkAreaComponent, MarkPointComponent, AriaComponent, DatasetComponent, TitleComponent,
} from 'echarts/components';
import { CanvasRenderer } from 'echarts/renderers';
import { LabelLayout } from 'echarts/features';

use([
  LineChart, BarChart, HeatmapChart, ScatterChart, SankeyChart, FunnelChart, GaugeChart,
  GridComponent, TooltipComponent, LegendComponent, DataZoomComponent, VisualMapComponent,
  MarkLineComponent, MarkAreaComponent, MarkPointComponent, AriaComponent, DatasetComponent, TitleComponent,
  CanvasRenderer, LabelLayout,
]);
