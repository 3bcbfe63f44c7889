import type { IncomingMessage } from 'node:http'

/** `/c/<organization>/<site>` is a landing page, a small entry of its own; every other page is the app's. */
export function entryFor(pathname: string): 'landing.html' | 'index.html' {
  return pathname.startsWith('/c/') ? 'landing.html' : 'index.html'
}

/**
 * Tells the page where its backend is, so that one build serves every port and every name of this machine. The address is
 * the one that the browser used: then all is one origin.
 */
export function fillAddresses(html: string, origin: string, publishableKey: string): string {
  const filled = fill(fill(html, 'supabase-url', origin), 'supabase-publishable-key', publishableKey)
  // Only here is there an inbox to lead people to.
  return filled.replace('</head>', '<meta name="datasync-inbox" content="/inbox"></head>')
}

function fill(html: string, name: string, content: string): string {
  const pattern = new RegExp(`(<meta\\s+name="${name}"\\s+content=")[^"]*(")`)
  return html.replace(pattern, (_, head: string, tail: string) => `${head}${content.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}${tail}`)
}

/** A Host header is the client's word; one that is no plain host and port is not used. */
export function originOf(request: IncomingMessage, fallback: string): string {
  const host = request.headers.host
  if (!host || !/^(\[[0-9a-f:]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?$/.test(host)) return fallback
  return `${isHttps(request) ? 'https' : 'http'}://${host}`
}

/** A proxy in front (a forwarded port of a cloud workspace, say) may speak https to the browser. */
export function isHttps(request: IncomingMessage): boolean {
  return request.headers['x-forwarded-proto'] === 'https'
}
