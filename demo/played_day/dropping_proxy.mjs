// A dead spot at the worst moment: the first upload reaches the server, its answer never reaches the tablet.

import http from "node:http";
import https from "node:https";

// A proxy to the origin of `server`, a URL.
export async function droppingProxy(server) {
  const dropped = [];
  const proxy = http.createServer((asked, answer) => forward(server, asked, answer, dropped));
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${proxy.address().port}`, dropped, close: () => proxy.closeAllConnections() || proxy.close() };
}

function forward(server, asked, answer, dropped) {
  const upload = asked.method === "POST" && asked.url.includes("/_bulk_docs");
  const drop = upload && dropped.length === 0;
  if (drop) dropped.push(asked.url);
  const headers = { ...asked.headers, host: server.host };
  const { request } = server.protocol === "https:" ? https : http;
  const onward = request(new URL(asked.url, server), { method: asked.method, headers }, (reply) => {
    if (drop) {
      // The server has done its work; only now is the line cut.
      reply.resume().on("end", () => asked.socket.destroy());
      return;
    }
    answer.writeHead(reply.statusCode, reply.headers);
    reply.pipe(answer);
  });
  onward.on("error", () => asked.socket.destroy());
  answer.on("close", () => onward.destroy());
  asked.pipe(onward);
}
