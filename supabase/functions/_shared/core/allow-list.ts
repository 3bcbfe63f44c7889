import { isInRange, parseIp, parseIpRange, type IpRange } from './ip.ts'
import type { Problem, Result } from './result.ts'

/**
 * Destinations that a deployment trusts although they are not public, for development: a name on the list may be reached
 * over plain http and may resolve to any address, an address on it is treated as a public one.
 */
export interface AllowList {
  /** As a URL holds them: lower case, without the dot that ends a full name. */
  names: ReadonlySet<string>
  ranges: readonly IpRange[]
}

export type AllowListError = Problem<'malformed_entry'>

export const nothingAllowed: AllowList = { names: new Set(), ranges: [] }

/** Host names, IP addresses and CIDR ranges, separated by commas. The error names each entry that is none of them. */
export function parseAllowList(text: string): Result<AllowList, AllowListError> {
  const names = new Set<string>()
  const ranges: IpRange[] = []
  const faults: string[] = []
  for (const entry of text.split(',').map((part) => part.trim()).filter(Boolean)) {
    const range = parseIpRange(entry.replace(/^\[(.*)\]$/, '$1'))
    const name = range === null ? hostName(entry) : null
    if (range !== null) ranges.push(range)
    else if (name !== null) names.add(name)
    else faults.push(`"${entry}"`)
  }
  if (faults.length === 0) return { ok: true, value: { names, ranges } }
  const are = faults.length === 1 ? 'is not' : 'are not'
  return {
    ok: false,
    error: { code: 'malformed_entry', message: `${faults.join(', ')} ${are} a host name (without scheme and port), an IP address or a CIDR range` },
  }
}

export function isListedName({ names }: AllowList, host: string): boolean {
  return names.has(host.toLowerCase())
}

export function isListedAddress({ ranges }: AllowList, address: string): boolean {
  return ranges.some((range) => isInRange(address, range))
}

/** Null for what a URL would not take as a name, and for addresses in disguise such as `127.1`. */
function hostName(entry: string): string | null {
  if (!/^[\p{L}\p{N}._-]+$/u.test(entry)) return null
  try {
    const name = new URL(`http://${entry}/`).hostname.replace(/\.+$/, '')
    return name === '' || parseIp(name) !== null ? null : name
  } catch {
    return null
  }
}
