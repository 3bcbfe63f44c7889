/** IP addresses as bytes, and the ranges that are not the public internet (IANA special-purpose registries). */

export type AddressKind =
  | 'public'
  | 'unspecified'
  | 'loopback'
  | 'private'
  | 'link-local'
  | 'shared (carrier NAT)'
  | 'cloud metadata'
  | 'multicast'
  | 'documentation'
  | 'reserved'
  | 'translated'

type NamedRange = readonly [cidr: string, kind: AddressKind]

// The first range that contains an address names it: narrow ones come before the wide ones around them.
const ranges4: readonly NamedRange[] = [
  ['169.254.169.254/32', 'cloud metadata'],
  ['169.254.170.2/32', 'cloud metadata'], // container credentials
  ['100.100.100.200/32', 'cloud metadata'],
  ['168.63.129.16/32', 'cloud metadata'], // in a public range, answered by the host of the virtual machine
  ['192.0.0.192/32', 'cloud metadata'],
  ['0.0.0.0/8', 'unspecified'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'shared (carrier NAT)'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'documentation'],
  ['192.88.99.0/24', 'reserved'], // 6to4 relays
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'reserved'], // benchmarks
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'], // the broadcast address included
]

const ranges6: readonly NamedRange[] = [
  ['fd00:ec2::254/128', 'cloud metadata'],
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['::/96', 'reserved'], // IPv4-compatible, deprecated
  ['::ffff:0:0:0/96', 'translated'], // SIIT
  ['64:ff9b::/96', 'translated'], // NAT64: leads to an IPv4 address that nobody has checked
  ['64:ff9b:1::/48', 'translated'],
  ['100::/64', 'reserved'], // discard
  ['fc00::/7', 'private'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'private'], // site-local, deprecated
  ['ff00::/8', 'multicast'],
  ['2001::/23', 'reserved'], // Teredo, ORCHID and other protocols' own
  ['2001:db8::/32', 'documentation'],
  ['3fff::/20', 'documentation'],
  ['2002::/16', 'translated'], // 6to4
]

const compiled4 = ranges4.map(compile)
const compiled6 = ranges6.map(compile)

/** Null when `address` is no IP address. Takes the plain spellings only; URL parsing makes them of all others. */
export function classifyIp(address: string): AddressKind | null {
  const parsed = parseIp(address)
  if (parsed === null) return null
  const bytes = withoutMapping(parsed)
  if (bytes.length === 4) return kindIn(compiled4, bytes) ?? 'public'
  const kind = kindIn(compiled6, bytes)
  if (kind !== null) return kind
  // Only 2000::/3 is global unicast today; what is not assigned yet is not ours to reach.
  return ((bytes[0] ?? 0) & 0xe0) === 0x20 ? 'public' : 'reserved'
}

/** 4 or 16 bytes, or null. */
export function parseIp(address: string): number[] | null {
  return address.includes(':') ? parseIp6(address) : parseIp4(address)
}

function parseIp4(text: string): number[] | null {
  const parts = text.split('.')
  if (parts.length !== 4) return null
  // A leading zero means octal to some parsers and decimal to others: neither is taken.
  if (!parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)) return null
  return parts.map(Number)
}

function parseIp6(text: string): number[] | null {
  const [address = '', ...zones] = text.split('%')
  if (zones.length > 1) return null
  const halves = address.split('::')
  if (halves.length > 2) return null
  const head = groupsOf(halves[0] ?? '', halves.length === 1)
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '', true) : []
  if (head === null || tail === null) return null
  const gap = 16 - head.length - tail.length
  if (halves.length === 1 ? gap !== 0 : gap < 2) return null
  return [...head, ...Array<number>(gap).fill(0), ...tail]
}

/** The bytes of `a:b:c`; the last group may be dotted decimal where the address ends. */
function groupsOf(text: string, endsAddress: boolean): number[] | null {
  if (text === '') return []
  const bytes: number[] = []
  const groups = text.split(':')
  for (const [index, group] of groups.entries()) {
    if (endsAddress && index === groups.length - 1 && group.includes('.')) {
      const dotted = parseIp4(group)
      if (dotted === null) return null
      bytes.push(...dotted)
    } else if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16)
      bytes.push(value >> 8, value & 0xff)
    } else {
      return null
    }
  }
  return bytes
}

/** ::ffff:a.b.c.d is the IPv4 address itself in another coat. */
function withoutMapping(bytes: number[]): number[] {
  const isMapped = bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff
  return isMapped ? bytes.slice(12) : bytes
}

/** Addresses that begin with the same bits. */
export interface IpRange {
  prefix: readonly number[]
  bits: number
}

/** `10.0.0.0/8`, `fd00::/8`, or one address; null when `text` is neither. */
export function parseIpRange(text: string): IpRange | null {
  const [address = '', bitsText, ...rest] = text.split('/')
  const bytes = parseIp(address)
  if (bytes === null || rest.length > 0) return null
  if (bitsText === undefined) {
    const prefix = withoutMapping(bytes)
    return { prefix, bits: prefix.length * 8 }
  }
  const bits = /^(0|[1-9][0-9]{0,2})$/.test(bitsText) ? Number(bitsText) : Infinity
  return bits <= bytes.length * 8 ? { prefix: bytes, bits } : null
}

/** An IPv4 address and its mapped IPv6 form are in the same ranges. */
export function isInRange(address: string, range: IpRange): boolean {
  const bytes = parseIp(address)
  return bytes !== null && contains(range, range.prefix.length === 4 ? withoutMapping(bytes) : bytes)
}

interface CompiledRange extends IpRange {
  kind: AddressKind
}

function compile([cidr, kind]: NamedRange): CompiledRange {
  const range = parseIpRange(cidr)
  if (range === null) throw new Error(`not a range: ${cidr}`)
  return { ...range, kind }
}

function kindIn(ranges: readonly CompiledRange[], bytes: readonly number[]): AddressKind | null {
  return ranges.find((range) => contains(range, bytes))?.kind ?? null
}

function contains({ prefix, bits }: IpRange, bytes: readonly number[]): boolean {
  if (prefix.length !== bytes.length) return false
  for (let i = 0; i * 8 < bits; i++) {
    const mask = bits - i * 8 >= 8 ? 0xff : (0xff << (8 - (bits - i * 8))) & 0xff
    if (((prefix[i] ?? 0) & mask) !== ((bytes[i] ?? 0) & mask)) return false
  }
  return true
}
