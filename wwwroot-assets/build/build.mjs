// Rebuilds the third-party files under wwwroot-assets from the pinned packages: npm ci && npm run build
import { build } from 'esbuild';
import { copyFileSync, mkdirSync } from 'node:fs';

const lib = new URL('../lib/', import.meta.url).pathname;
const fonts = new URL('../fonts/', import.meta.url).pathname;
mkdirSync(lib, { recursive: true });
mkdirSync(fonts, { recursive: true });

await build({
  entryPoints: ['echarts.mjs'], outfile: lib + 'echarts.min.js', bundle: true, minify: true, format: 'esm',
  target: 'es2020', legalComments: 'none', define: { 'process.env.NODE_ENV': '"production"' },
  banner: { js: '/*! Apache ECharts 6.1.0, Apache-2.0, see LICENSE-echarts.txt */' },
});
copyFileSync('node_modules/echarts/LICENSE', lib + 'LICENSE-echarts.txt');
copyFileSync('node_modules/echarts/NOTICE', lib + 'NOTICE-echarts.txt');
for (const part of ['latin', 'latin-ext'])
  copyFileSync(`node_modules/@fontsource-variable/inter/files/inter-${part}-wght-normal.woff2`, `${fonts}inter-${part}-wght-normal.woff2`);
copyFileSync('node_modules/@fontsource-variable/inter/LICENSE', fonts + 'LICENSE-inter.txt');
