// The unmodified server client of Segment; only its host is ours.
import { Analytics } from '@segment/analytics-node';
const [, , host, writeKey] = process.argv;
const analytics = new Analytics({ host, writeKey, flushAt: 2, maxRetries: 2 });
const failures = [];
analytics.on('error', e => failures.push(String(e.code ?? e)));
analytics.identify({ userId: 'node-1', traits: { email: 'node@example.com', plan: 'pro' } });
analytics.page({ userId: 'node-1', name: 'Home', properties: { url: 'https://shop.example/' } });
analytics.track({ userId: 'node-1', event: 'Order Completed', properties: { order_id: 'N1', revenue: 42.5, currency: 'USD', products: [{ product_id: 'p1', price: 42.5, quantity: 1 }] } });
analytics.group({ userId: 'node-1', groupId: 'g1' });
analytics.alias({ userId: 'node-1', previousId: 'before-1' });
await analytics.closeAndFlush();
console.log(JSON.stringify({ failures }));
