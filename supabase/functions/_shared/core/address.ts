import { isListedAddress, isListedName, nothingAllowed, type AllowList } from './allow-list.ts'
import { classifyIp } from './ip.ts'
import type { Problem, Result } from './result.ts'

/** Which URLs a site may point to, and which resolved addresses a delivery may be sent to. */

export type AddressError = Problem<'malformed' | 'scheme' | 'credentials' | 'not_public'>

export interface AddressRules {
  /** For development and the embedded backend, where destinations run on the same machine. */
  allowPrivate: boolean
  /** Exceptions by name and by address, for development too. */
  allowed?: AllowList
}

/**
 * Checks a destination as far as its text goes. A host name says nothing about where it leads: what it resolves to is
 * checked with `checkAddress` on every attempt, and the connection is pinned to that answer.
 */
export function checkDestinationUrl(text: string, rules: AddressRules): Result<URL, AddressError> {
  let url: URL
  try {
    // Parsing brings every spelling of an IPv4 address (decimal, octal, hexadecimal, short, full-width) to dotted decimal.
    url = new URL(text)
  } catch {
    return problem('malformed', `"${text}" is not a web address`)
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return problem('scheme', `the address must begin with https://, not ${url.protocol}`)
  }
  if (url.username !== '' || url.password !== '') {
    return problem('credentials', 'the address must not carry a user name or password')
  }
  const host = bareHost(url.hostname)
  const isAddress = classifyIp(host) !== null
  const checked = isAddress ? checkAddress(host, rules) : checkName(host, rules)
  if (!checked.ok) return checked
  if (url.protocol === 'http:' && !rules.allowPrivate && !isListed(host, rules)) {
    return problem('scheme', `the address must begin with https://; plain http is for development, where the deployment lists ${host} in DATASYNC_ALLOWED_DESTINATIONS`)
  }
  return { ok: true, value: url }
}

/** Checks an IP address, as a resolver gives it. */
export function checkAddress(address: string, { allowPrivate, allowed }: AddressRules): Result<string, AddressError> {
  const kind = classifyIp(address)
  if (kind === null) return problem('malformed', `"${address}" is not an IP address`)
  // Nothing that takes deliveries runs there, and what does run there hands out the machine's own credentials.
  const isOpen = allowPrivate && kind !== 'cloud metadata'
  if (kind === 'public' || isOpen || isListedAddress(allowed ?? nothingAllowed, address)) return { ok: true, value: address }
  return problem('not_public', `the address ${address} is not public (${kind})`)
}

/** The rules for the addresses that a host name resolves to. */
export function rulesFor(host: string, rules: AddressRules): AddressRules {
  return { ...rules, allowPrivate: rules.allowPrivate || isListedName(rules.allowed ?? nothingAllowed, host) }
}

function checkName(host: string, rules: AddressRules): Result<string, AddressError> {
  if (rulesFor(host, rules).allowPrivate || !localNames.test(host)) return { ok: true, value: host }
  return problem('not_public', `${host} is not a public host name`)
}

function isListed(host: string, { allowed = nothingAllowed }: AddressRules): boolean {
  return isListedName(allowed, host) || isListedAddress(allowed, host)
}

/** A URL's host name without the brackets of IPv6 and without the dots that may end it. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.+$/, '')
}

/** Names that never lead out of a machine or a network (RFC 6761, RFC 6762, RFC 8375, and the clouds' own). */
const localNames = /(^|\.)(localhost|local|internal|localdomain|home\.arpa|lan|intranet|corp)$/i

function problem(code: AddressError['code'], message: string): { ok: false; error: AddressError } {
  return { ok: false, error: { code, message } }
}
