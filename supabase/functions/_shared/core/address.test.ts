import { BlockList, isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkAddress, checkDestinationUrl } from './address.ts'
import vectors from './address.vectors.json' with { type: 'json' }
import { parseAllowList, type AllowList } from './allow-list.ts'
import { classifyIp, isInRange, parseIp, parseIpRange } from './ip.ts'

/** The table of addresses and spellings: the sender's tests, and those of the running function, go through it too. */

const strict = { allowPrivate: false }

function listed(text: string): AllowList {
  const parsed = parseAllowList(text)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

describe('destinations that are refused', () => {
  it.each(vectors.refused)('$url: $reason', ({ url, code, reason }) => {
    const checked = checkDestinationUrl(url, strict)
    expect(checked).toMatchObject({ ok: false, error: { code } })
    if (!checked.ok) expect(checked.error.message).toContain(reason)
  })

  it.each(vectors.answers)('a name that resolves to $address: $reason', ({ address, reason }) => {
    const checked = checkAddress(address, strict)
    expect(checked).toMatchObject({ ok: false })
    if (!checked.ok) expect(checked.error.message).toContain(reason)
  })
})

describe('destinations that are taken', () => {
  it.each(vectors.taken)('%s', (url) => {
    expect(checkDestinationUrl(url, strict)).toMatchObject({ ok: true })
  })
})

describe('where private destinations are allowed', () => {
  const open = { allowPrivate: true }

  it.each(vectors.refused.filter(({ code }) => code === 'not_public'))('$url is taken, unless it hands out credentials', ({ url, reason }) => {
    expect(checkDestinationUrl(url, open).ok).toBe(reason !== '(cloud metadata)')
  })

  it('plain http is taken', () => {
    for (const url of ['http://example.com/', 'http://localhost:3000/hook', 'http://[::1]:3000/']) {
      expect(checkDestinationUrl(url, open)).toMatchObject({ ok: true })
    }
  })

  it.each(vectors.refused.filter(({ code }) => code === 'malformed' || code === 'credentials'))('$url is refused all the same', ({ url, code }) => {
    expect(checkDestinationUrl(url, open)).toMatchObject({ ok: false, error: { code } })
  })
})

describe('the allow-list', () => {
  it('takes names, addresses and ranges', () => {
    const rules = { allowPrivate: false, allowed: listed(' localhost, Receiver.TEST. ,127.0.0.1,[::1], 10.1.0.0/16 ,fd00::/8,münchen.example,my_service,') }
    for (const url of [
      'http://localhost:3000/',
      'http://LOCALHOST./',
      'http://receiver.test/hook',
      'http://127.0.0.1:9/',
      'http://127.1/',
      'http://[::ffff:127.0.0.1]/',
      'http://[::1]/',
      'https://10.1.255.1/',
      'http://[fd12::1]/',
      'http://xn--mnchen-3ya.example/',
      'http://my_service:8000/',
    ]) {
      expect(checkDestinationUrl(url, rules), url).toMatchObject({ ok: true })
    }
    for (const url of ['http://127.0.0.2/', 'http://10.2.0.1/', 'http://sub.localhost/', 'http://receiver.test.example/', 'https://[fe80::1]/', 'http://169.254.169.254/']) {
      expect(checkDestinationUrl(url, rules), url).toMatchObject({ ok: false })
    }
  })

  it('opens a metadata address only where it names the address itself', () => {
    const url = 'http://169.254.169.254/'
    expect(checkDestinationUrl(url, { allowPrivate: true, allowed: listed('metadata.test') })).toMatchObject({ ok: false })
    expect(checkDestinationUrl(url, { allowPrivate: false, allowed: listed('169.254.169.254') })).toMatchObject({ ok: true })
  })

  it.each([
    ['http://localhost', '"http://localhost" is not'],
    ['localhost:3000', '"localhost:3000" is not'],
    ['*.example.com', '"*.example.com" is not'],
    ['10.0.0.0/33', '"10.0.0.0/33" is not'],
    ['10.0.0.0/', '"10.0.0.0/" is not'],
    ['10.0.0.0/8/8', '"10.0.0.0/8/8" is not'],
    ['127.1', '"127.1" is not'],
    ['0x7f000001', '"0x7f000001" is not'],
    ['fd00::/129', '"fd00::/129" is not'],
    ['good.example, a b ,127.0.0.1, ::zz', '"a b", "::zz" are not'],
    ['.', '"." is not'],
  ])('refuses %s and names the entry', (text, words) => {
    const parsed = parseAllowList(text)
    expect(parsed).toMatchObject({ ok: false, error: { code: 'malformed_entry' } })
    if (!parsed.ok) expect(parsed.error.message).toContain(words)
  })

  it('may be empty', () => {
    expect(parseAllowList(' , ')).toEqual({ ok: true, value: { names: new Set(), ranges: [] } })
  })
})

const ip4 = fc.ipV4()
const ip6 = fc.ipV6()

describe('by properties', () => {
  it('agrees with node:net on what is an address', () => {
    fc.assert(
      fc.property(fc.oneof(ip4, ip6, fc.string(), fc.stringMatching(/^[0-9a-f:.]{0,24}$/)), (text) => {
        expect(parseIp(text) !== null).toBe(isIP(text) !== 0)
      }),
      { numRuns: 2_000 },
    )
  })

  it('agrees with a block list of node:net on private ranges', () => {
    const list = new BlockList()
    for (const [network, bits] of [['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16]] as const) {
      list.addSubnet(network, bits)
    }
    fc.assert(
      fc.property(fc.oneof(ip4, ip4.map((ip) => `10.${ip.split('.').slice(1).join('.')}`)), (ip) => {
        expect(classifyIp(ip) === 'private').toBe(list.check(ip))
      }),
    )
  })

  it('an IPv4 address is judged alike in its mapped IPv6 form', () => {
    fc.assert(
      fc.property(ip4, (ip) => {
        expect(classifyIp(`::ffff:${ip}`)).toBe(classifyIp(ip))
      }),
    )
  })

  it('judges an address alike before and after URL parsing', () => {
    fc.assert(
      fc.property(ip6, (ip) => {
        const host = new URL(`http://[${ip}]/`).hostname
        expect(classifyIp(host.slice(1, -1))).toBe(classifyIp(ip))
      }),
    )
  })

  it('agrees with a block list of node:net on any range', () => {
    const network4 = fc.record({ address: ip4, bits: fc.integer({ min: 0, max: 32 }), family: fc.constant('ipv4' as const), probe: ip4 })
    const network6 = fc.record({ address: ip6, bits: fc.integer({ min: 0, max: 128 }), family: fc.constant('ipv6' as const), probe: ip6 })
    fc.assert(
      fc.property(fc.oneof(network4, network6), ({ address, bits, family, probe }) => {
        const list = new BlockList()
        list.addSubnet(address, bits, family)
        const range = parseIpRange(`${address}/${bits}`)!
        expect(isInRange(probe, range)).toBe(list.check(probe, family))
        expect(isInRange(address, range)).toBe(true)
      }),
    )
  })
})
