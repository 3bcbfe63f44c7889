import { createHash } from 'node:crypto'

/** What a browser may do with an answer of ours, said the same way by the embedded server and, in `_headers`, by static hosts. */

/** On everything, whatever it is. */
export const commonHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** An answer of an API is no page: should a browser show it as one, nothing in it loads, runs or is framed. */
export const apiHeaders: Readonly<Record<string, string>> = {
  ...commonHeaders,
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
  // Read across origins by whoever the CORS headers let in; without this, `no-cors` requests alone are refused.
  'cross-origin-resource-policy': 'same-origin',
}

/** Powers that no page of ours has a use for, so that no script in it has them either. */
const permissionsPolicy = [
  'accelerometer', 'camera', 'display-capture', 'geolocation', 'gyroscope', 'magnetometer', 'microphone', 'midi', 'payment', 'usb',
].map((power) => `${power}=()`).join(', ')

const documentHeaders: Readonly<Record<string, string>> = {
  ...commonHeaders,
  'permissions-policy': permissionsPolicy,
  'cross-origin-opener-policy': 'same-origin',
}

/** A year; names below ours are not ours to speak for. */
export const strictTransportSecurity = 'max-age=31536000'

export interface PageOptions {
  /** Where the page's backend is, when not where the page is. */
  supabaseUrl?: string | undefined
  /** The browser came by https, perhaps to a proxy in front. */
  https: boolean
}

export function pageHeaders(inlineScripts: readonly string[], options: PageOptions): Record<string, string> {
  return {
    ...documentHeaders,
    'content-security-policy': contentSecurityPolicy(inlineScripts, options),
    ...(options.https ? { 'strict-transport-security': strictTransportSecurity } : {}),
  }
}

/** In development Vite brings scripts and styles in line, so that only what they do not need is closed. */
export const developmentHeaders: Readonly<Record<string, string>> = {
  ...documentHeaders,
  'content-security-policy': "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
}

/** The sources of the inline scripts that a page was built with: they may run, by their hash, and no others. */
export function inlineScriptHashes(html: string): string[] {
  return [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)]
    .map(([, code]) => `'sha256-${createHash('sha256').update(code ?? '').digest('base64')}'`)
}

/** Scripts, styles and fonts come from our own files; pictures of a landing page may be anybody's; nothing else is asked for. */
export function contentSecurityPolicy(inlineScripts: readonly string[], { supabaseUrl, https }: PageOptions): string {
  return [
    "default-src 'none'",
    ["script-src 'self'", ...inlineScripts].join(' '),
    "style-src 'self'",
    "img-src 'self' data: blob: https: http:",
    "font-src 'self'",
    ["connect-src 'self'", ...(supabaseUrl ? origins(supabaseUrl) : [])].join(' '),
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    // The editor shows a landing page as its preview: our own pages may frame each other, nobody else may frame them.
    "frame-src 'self'",
    "frame-ancestors 'self'",
    "object-src 'none'",
    ...(https ? ['upgrade-insecure-requests'] : []),
  ].join('; ')
}

/** Requests and, for Realtime, sockets. */
function origins(supabaseUrl: string): string[] {
  const { origin } = new URL(supabaseUrl)
  return [origin, origin.replace(/^http/, 'ws')]
}

/**
 * `_headers`, the file that Netlify, Cloudflare Pages and others read. Static hosts speak https; one policy serves both pages,
 * with the scripts of either.
 */
export function staticHostHeaders(pages: readonly string[], supabaseUrl: string | undefined): string {
  const inline = [...new Set(pages.flatMap(inlineScriptHashes))]
  return [
    '# What `npm start` says of the same files. Made by the build: the policy names the inline script by its hash and the backend by its origin.',
    '/*',
    ...lines(pageHeaders(inline, { supabaseUrl, https: true })),
    '/assets/*',
    ...lines({ 'cache-control': 'public, max-age=31536000, immutable' }),
    '',
  ].join('\n')
}

function lines(headers: Record<string, string>): string[] {
  return Object.entries(headers).map(([name, value]) => `  ${name.replace(/(^|-)\w/g, (start) => start.toUpperCase())}: ${value}`)
}
