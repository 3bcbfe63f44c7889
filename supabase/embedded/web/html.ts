import { createHash } from 'node:crypto'
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
  // A proxy in front (a forwarded port of a cloud workspace, say) may speak https to the browser.
  const scheme = request.headers['x-forwarded-proto'] === 'https' ? 'https' : 'http'
  return `${scheme}://${host}`
}

/**
 * Scripts come from our own files, or are the inline ones that the page was built with, named by their hash.
 * Styles are set from scripts all over (positions of pop-ups, motion), and pictures may be anybody's.
 */
export function contentSecurityPolicy(html: string): string {
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)]
    .map(([, code]) => `'sha256-${createHash('sha256').update(code ?? '').digest('base64')}'`)
  return [
    "default-src 'self'",
    ["script-src 'self'", ...inline].join(' '),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob: https: http:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'self'",
  ].join('; ')
}
