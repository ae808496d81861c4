// Requests of Node through limpid tap: tap.mjs PROXY HTTP HTTPS REVERSE CA_FILE. NODE_EXTRA_CA_CERTS names the file.

import http from 'node:http';
import tls from 'node:tls';
import { createHash } from 'node:crypto';

const [proxy, plain, secure, reverse] = process.argv.slice(2);
const { hostname, port } = new URL(proxy);

function check(holds, what) {
  if (!holds) throw new Error(what);
}

// Returns the head and the digest of a response.
function get(options) {
  return new Promise((resolve, reject) => {
    const request = http.request({ headers: { Host: new URL(plain).host }, ...options }, response => {
      const hash = createHash('sha256');
      response.on('data', piece => hash.update(piece));
      response.on('end', () => resolve({ response, digest: hash.digest('hex') }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end();
  });
}

// Opens a tunnel, and TLS in it.
function tunnel(host) {
  return new Promise((resolve, reject) => {
    const connect = http.request({ hostname, port, method: 'CONNECT', path: host });
    connect.on('connect', (response, socket) => {
      check(response.statusCode === 200, `${response.statusCode}`);
      const servername = host.split(':')[0];
      const stream = tls.connect({ socket, servername, ALPNProtocols: ['h2', 'http/1.1'] }, () => resolve(stream));
      stream.on('error', reject);
    });
    connect.on('error', reject);
    connect.end();
  });
}

const direct = await get({ hostname: 'localhost', port: new URL(plain).port, path: '/big' });
const forward = await get({ hostname, port, path: `${plain}/big` });
check(forward.digest === direct.digest, 'the digest through the proxy');
check(/^1\.1 limpid-/.test(forward.response.headers.via), forward.response.headers.via);

const stream = await tunnel(new URL(secure).host);
check(stream.alpnProtocol === 'http/1.1', stream.alpnProtocol);
const agent = new http.Agent();
agent.createConnection = () => stream;
const inside = await get({ agent, path: '/big' });
check(inside.digest === direct.digest, 'the digest through TLS');

const missing = await get({ hostname, port, path: `${plain}/missing` });
check(missing.response.statusCode === 404, `${missing.response.statusCode}`);

// The fetch of Node, which is undici.
const fetched = await fetch(`${reverse}/big`, { headers: { 'Accept-Encoding': 'identity' } });
const bytes = Buffer.from(await fetched.arrayBuffer());
check(createHash('sha256').update(bytes).digest('hex') === direct.digest, 'the digest of fetch');
console.log(`Node ${process.version}, 4 requests`);
process.exit(0);
