// What few servers do, and clients must know all the same.
'use strict';
const crypto = require('crypto');
const http = require('http');
const zlib = require('zlib');

const echo = (request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    response.setHeader('X-Trailer', request.trailers['x-checksum'] || 'none');
    response.setHeader('X-Length', request.headers['content-length'] || 'none');
    response.end(Buffer.concat(pieces));
  });
};

// Reads the whole body as text.
const text = (request, then) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => then(Buffer.concat(pieces).toString()));
};

// Answers 401 unless the request has this Authorization.
const guard = (scheme, credentials) => (request, response) => {
  if (request.headers.authorization === `${scheme} ${credentials}`) return response.end('welcome\n');
  response.writeHead(401, { 'WWW-Authenticate': `${scheme} realm="here"` });
  response.end();
};

let busy = 2;

const pages = {
  '/': (request, response) => response.end('hello from node\n'),
  '/echo': echo,
  // A chunked body with trailers.
  '/trailers': (request, response) => {
    response.writeHead(200, { Trailer: 'X-Checksum' });
    response.write('first,');
    response.write('second');
    response.addTrailers({ 'X-Checksum': 'abc' });
    response.end();
  },
  // What is received, piece by piece.
  '/pipe': (request, response) => request.pipe(response),
  // The body, and the trailer that came after it.
  '/sum': (request, response) => {
    response.writeHead(200, { Trailer: 'X-Checksum' });
    request.on('data', (piece) => response.write(piece));
    request.on('end', () => {
      response.write('\n');
      response.addTrailers({ 'X-Checksum': request.trailers['x-checksum'] });
      response.end();
    });
  },
  // Server-sent events, with a comment and a pause.
  '/events': (request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(': hello\n\ndata: first\ndata:second line\n\nevent: empty\n\n');
    setTimeout(() => response.end('event: end\nid: 2\ndata: last\n\ndata: incomplete'), 20);
  },
  '/hints': (request, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    response.end('hinted');
  },
  '/gzip': (request, response) => {
    response.writeHead(200, { 'Content-Encoding': 'gzip' });
    response.end(zlib.gzipSync('compressed by node\n'.repeat(1000)));
  },
  '/br': (request, response) => {
    response.writeHead(200, { 'Content-Encoding': 'br' });
    response.end(zlib.brotliCompressSync('compressed by node\n'.repeat(1000)));
  },
  // The body ends before it is complete.
  '/cut': (request, response) => {
    response.writeHead(200, { 'Content-Length': '1000' });
    response.write('cut');
    setTimeout(() => response.destroy(), 20);
  },
  // What was received, as JSON.
  '/anything': (request, response) => text(request, (body) => {
    const type = request.headers['content-type'] || '';
    const json = type === 'application/json' ? JSON.parse(body) : undefined;
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ method: request.method, target: request.url, type, body, json }));
  }),
  '/basic': guard('Basic', Buffer.from('me:secret').toString('base64')),
  '/bearer': guard('Bearer', 'a-token'),
  // Twice too busy.
  '/busy': (request, response) => {
    if (busy === 0) return response.end('ready');
    busy -= 1;
    response.writeHead(503, { 'Retry-After': '0' });
    response.end('busy');
  },
  '/slow': (request, response) => setTimeout(() => response.end('late'), 400),
  // A session, which a cookie keeps.
  '/login': (request, response) => text(request, (body) => {
    const user = new URLSearchParams(body).get('user');
    response.writeHead(303, { Location: '/me', 'Set-Cookie': `session=of-${user}; HttpOnly` });
    response.end();
  }),
  '/me': (request, response) => {
    const session = /^session=of-(.*)$/.exec(request.headers.cookie || '');
    response.writeHead(session ? 200 : 401);
    response.end(session ? `hello ${session[1]}` : 'who are you?');
  },
  // The parts of a form, as Node's own reader finds them.
  '/upload': async (request, response) => {
    const init = { method: 'POST', headers: request.headers, body: request, duplex: 'half' };
    const form = await new Request('http://localhost/', init).formData();
    const parts = [...form].map(async ([name, part]) => {
      if (typeof part === 'string') return `${name}: ${part}`;
      return `${name}: ${part.name} (${part.type}): ${await part.text()}`;
    });
    response.end((await Promise.all(parts)).join('\n'));
  },
  '/redirect': (request, response) => {
    response.writeHead(302, { Location: '/' });
    response.end();
  },
};

const server = http.createServer((request, response) => {
  const page = pages[request.url.split('?')[0]];
  if (page) {
    page(request, response);
  } else {
    response.writeHead(404);
    response.end();
  }
});

// Whether it wants a body is for the page to say.
server.on('checkContinue', (request, response) => {
  if (request.url === '/refuse') {
    response.writeHead(413, { Connection: 'close' });
    response.end('too much');
  } else {
    response.writeContinue();
    server.emit('request', request, response);
  }
});

// WebSocket (RFC 6455): short frames are sent back, without their masks.
const websocket = (request, socket, head) => {
  const magic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
  const key = request.headers['sec-websocket-key'] + magic;
  const accept = crypto.createHash('sha1').update(key).digest('base64');
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket'];
  socket.write([...lines, `Sec-WebSocket-Accept: ${accept}`, '', ''].join('\r\n'));
  let received = head;
  socket.on('data', (data) => {
    received = Buffer.concat([received, data]);
    while (received.length >= 6 && received.length >= 6 + (received[1] & 127)) {
      const end = 6 + (received[1] & 127);
      const text = received.subarray(6, end).map((byte, at) => byte ^ received[2 + (at & 3)]);
      socket.write(Buffer.concat([Buffer.from([received[0], text.length]), text]));
      // A frame of the kind close.
      if ((received[0] & 15) === 8) socket.end();
      received = received.subarray(end);
    }
  });
};

// A protocol of its own, which says back what it hears.
server.on('upgrade', (request, socket, head) => {
  if (request.url === '/chat') return websocket(request, socket, head);
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nready\n');
  socket.write(head);
  socket.pipe(socket);
});

server.listen(Number(process.argv[2]), '127.0.0.1');
