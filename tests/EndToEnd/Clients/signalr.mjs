// Microsoft's own client; prints the first snapshot it is sent.
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
const [, , url, key, protocol] = process.argv;
const builder = new HubConnectionBuilder().withUrl(url, { accessTokenFactory: () => key }).configureLogging(LogLevel.None);
if (protocol === 'messagepack') builder.withHubProtocol(new MessagePackHubProtocol());
const connection = builder.build();
const first = new Promise(resolve => connection.on('Snapshot', resolve));
try {
  await connection.start();
  const asked = await connection.invoke('GetSnapshot');
  const sent = await first;
  const windows = sent.windows ?? sent.Windows;
  console.log(JSON.stringify({ asked: !!asked, keys: Object.keys(windows).sort(), orders: (windows['1h'].now ?? windows['1h'].Now).orders ?? (windows['1h'].Now).Orders }));
  await connection.stop();
} catch (e) {
  console.log(JSON.stringify({ refused: String(e) }));
}
process.exit(0);
