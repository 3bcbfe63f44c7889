import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { codeOf, Failure } from './lib/failure.ts'

export interface Listener {
  port: number
  /** The one on which others may listen for upgrades too; every address's requests and upgrades arrive here. */
  server: Server
  close(): Promise<void>
}

export interface ListenerHandlers {
  request: (request: IncomingMessage, response: ServerResponse) => void
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

/** What a client may take its time over: 16 kB of address and headers (431), ten seconds for them, two minutes for a whole request (408). */
const patience = { maxHeaderSize: 16_384, headersTimeout: 10_000, requestTimeout: 120_000, connectionsCheckingInterval: 2_000 }

/**
 * Listens on loopback, both the IPv4 and the IPv6 address since `localhost` means either, unless a host is given.
 * Port 0 takes any free one.
 */
export async function listen(port: number, host: string | undefined, handlers: ListenerHandlers): Promise<Listener> {
  const server = createServer(patience, handlers.request)
  server.on('upgrade', handlers.upgrade)
  const servers = [server]
  await bind(server, port, host ?? '127.0.0.1')
  const address = server.address()
  const bound = address && typeof address === 'object' ? address.port : port
  if (host === undefined) {
    const second = createServer(patience, (request, response) => server.emit('request', request, response))
    second.on('upgrade', (request, socket, head) => server.emit('upgrade', request, socket, head))
    try {
      await bind(second, bound, '::1')
      servers.push(second)
    } catch (error) {
      // Without IPv6 there is one address; with another program on it, `localhost` would lead some browsers astray.
      if (error instanceof Failure) {
        await end(server)
        throw error
      }
    }
  }
  return {
    port: bound,
    server,
    close: async () => {
      await Promise.all(servers.map(end))
    },
  }
}

function bind(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const code = codeOf(error)
      if (code === 'EADDRINUSE') reject(new Failure(`Port ${port} is in use. Stop the program that uses it, or choose another port: PORT=${port + 1} npm start`))
      else if (code === 'EACCES') reject(new Failure(`Port ${port} may not be opened by this user. Choose one above 1023: PORT=5173 npm start`))
      else if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') reject(host === '::1' ? error : new Failure(`HOST is ${host}, which is no address of this machine. Leave it out to listen on this machine alone, or set it to 0.0.0.0 for every network.`))
      else reject(error)
    })
    // Exclusive: a worker of the same cluster or a second start must not share the port silently.
    server.listen({ port, host, exclusive: true }, () => resolve())
  })
}

function end(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
    // Streams and sockets that stay open would hold the shutdown up for ever.
    setTimeout(() => server.closeAllConnections(), 500).unref()
  })
}
