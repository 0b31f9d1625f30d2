// The unmodified server client of PostHog; only its host is ours.
import { PostHog } from 'posthog-node';
const [, , host, key] = process.argv;
const client = new PostHog(key, { host, flushAt: 2, fetchRetryCount: 1, disableGeoip: true });
const failures = [];
client.on('error', e => failures.push(String(e.message ?? e)));
client.capture({ distinctId: 'device-1', event: '$pageview', properties: { $current_url: 'https://shop.example/', $device_id: 'device-1' } });
client.identify({ distinctId: 'node-1', properties: { email: 'node@example.com', plan: 'pro' } });
client.alias({ distinctId: 'node-1', alias: 'device-1' });
client.capture({ distinctId: 'node-1', event: 'Order Completed', properties: { order_id: 'N1', revenue: 42.5, currency: 'USD', products: [{ product_id: 'p1', price: 42.5, quantity: 1 }] } });
client.groupIdentify({ groupType: 'company', groupKey: 'c1', distinctId: 'node-1' });
await client.shutdown();
console.log(JSON.stringify({ failures }));
