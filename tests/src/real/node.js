// What few servers do, and clients must know all the same.
'use strict';
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
  '/redirect': (request, response) => {
    response.writeHead(302, { Location: '/' });
    response.end();
  },
};

const server = http.createServer((request, response) => {
  const page = pages[request.url];
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

// A protocol of its own, which says back what it hears.
server.on('upgrade', (request, socket, head) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nready\n');
  socket.write(head);
  socket.pipe(socket);
});

server.listen(Number(process.argv[2]), '127.0.0.1');
