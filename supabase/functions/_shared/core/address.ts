import { classifyIp } from './ip.ts'
import type { Problem, Result } from './result.ts'

/** Which URLs a site may point to, and which resolved addresses a delivery may be sent to. */

export type AddressError = Problem<'malformed' | 'scheme' | 'credentials' | 'not_public'>

export interface AddressRules {
  /** For development and the embedded backend, where destinations run on the same machine. */
  allowPrivate: boolean
}

/**
 * Checks a destination as far as its text goes. A host name says nothing about where it leads: what it resolves to is
 * checked with `checkAddress` on every attempt, and the connection is pinned to that answer.
 */
export function checkDestinationUrl(text: string, { allowPrivate }: AddressRules): Result<URL, AddressError> {
  let url: URL
  try {
    // Parsing brings every spelling of an IPv4 address (decimal, octal, hexadecimal, short, full-width) to dotted decimal.
    url = new URL(text)
  } catch {
    return problem('malformed', `"${text}" is not a web address`)
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return problem('scheme', `the address must begin with https:// or http://, not ${url.protocol}`)
  }
  if (url.username !== '' || url.password !== '') {
    return problem('credentials', 'the address must not carry a user name or password')
  }
  if (!allowPrivate) {
    const host = bareHost(url.hostname)
    if (isLocalName(host)) return problem('not_public', `${host} is not a public host name`)
    if (classifyIp(host) !== null) {
      const checked = checkAddress(host, { allowPrivate })
      if (!checked.ok) return checked
    }
  }
  return { ok: true, value: url }
}

/** Checks an IP address, as a resolver gives it. */
export function checkAddress(address: string, { allowPrivate }: AddressRules): Result<string, AddressError> {
  const kind = classifyIp(address)
  if (kind === null) return problem('malformed', `"${address}" is not an IP address`)
  if (kind !== 'public' && !allowPrivate) return problem('not_public', `the address ${address} is not public (${kind})`)
  return { ok: true, value: address }
}

/** A URL's host name without the brackets of IPv6 and without the dot that ends a full name. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

/** Names that never lead out of a machine or a network (RFC 6761, RFC 6762, RFC 8375, and the clouds' own). */
const localNames = /(^|\.)(localhost|local|internal|localdomain|home\.arpa|lan|intranet|corp)$/i

function isLocalName(host: string): boolean {
  return localNames.test(host)
}

function problem(code: AddressError['code'], message: string): { ok: false; error: AddressError } {
  return { ok: false, error: { code, message } }
}
