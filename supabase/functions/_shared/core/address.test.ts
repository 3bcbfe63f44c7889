import { BlockList, isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkAddress, checkDestinationUrl } from './address.ts'
import { classifyIp, parseIp } from './ip.ts'

const strict = { allowPrivate: false }

describe('destinations that are refused', () => {
  it.each([
    // the loopback, in the spellings that URL parsers take
    ['http://127.0.0.1/', 'loopback'],
    ['http://127.1/', 'loopback'],
    ['http://127.255.255.254/', 'loopback'],
    ['http://2130706433/', 'loopback'],
    ['http://0x7f000001/', 'loopback'],
    ['http://0x7f.0.0.1/', 'loopback'],
    ['http://0177.0.0.1/', 'loopback'],
    ['http://017700000001/', 'loopback'],
    ['http://127.0.0.1./', 'loopback'],
    ['http://１２７.０.０.１/', 'loopback'],
    ['http://127。0。0。1/', 'loopback'],
    ['http://%31%32%37.0.0.1/', 'loopback'],
    ['http://[::1]/', 'loopback'],
    ['http://[0:0:0:0:0:0:0:1]/', 'loopback'],
    ['http://[::ffff:127.0.0.1]/', 'loopback'],
    ['http://[::ffff:7f00:1]/', 'loopback'],
    ['http://[0:0:0:0:0:ffff:7f00:0001]/', 'loopback'],
    // this host and networks of one's own
    ['http://0.0.0.0/', 'unspecified'],
    ['http://0/', 'unspecified'],
    ['http://0.1.2.3/', 'unspecified'],
    ['http://[::]/', 'unspecified'],
    ['http://10.0.0.1/', 'private'],
    ['http://10.255.255.255/', 'private'],
    ['http://172.16.0.1/', 'private'],
    ['http://172.31.255.255/', 'private'],
    ['http://192.168.1.1/', 'private'],
    ['http://3232235777/', 'private'],
    ['http://[::ffff:192.168.1.1]/', 'private'],
    ['http://[::ffff:a00:1]/', 'private'],
    ['http://[fc00::1]/', 'private'],
    ['http://[fd12:3456:789a::1]/', 'private'],
    ['http://[fec0::1]/', 'private'],
    ['http://100.64.0.1/', 'shared (carrier NAT)'],
    ['http://100.127.255.255/', 'shared (carrier NAT)'],
    // links and clouds
    ['http://169.254.1.1/', 'link-local'],
    ['http://[fe80::1]/', 'link-local'],
    ['http://[febf::1]/', 'link-local'],
    ['http://169.254.169.254/latest/meta-data/', 'cloud metadata'],
    ['http://2852039166/', 'cloud metadata'],
    ['http://0xa9fea9fe/', 'cloud metadata'],
    ['http://[::ffff:169.254.169.254]/', 'cloud metadata'],
    ['http://[fd00:ec2::254]/', 'cloud metadata'],
    ['http://100.100.100.200/', 'cloud metadata'],
    ['http://168.63.129.16/', 'cloud metadata'],
    // one address inside another
    ['http://[64:ff9b::7f00:1]/', 'translated'],
    ['http://[64:ff9b::8.8.8.8]/', 'translated'],
    ['http://[64:ff9b:1::1]/', 'translated'],
    ['http://[2002:7f00:1::]/', 'translated'],
    ['http://[2002:808:808::1]/', 'translated'],
    ['http://[::ffff:0:127.0.0.1]/', 'translated'],
    ['http://[::127.0.0.1]/', 'reserved'],
    ['http://[2001::1]/', 'reserved'],
    ['http://[2001:0:53aa:64c::1]/', 'reserved'],
    // addresses of nobody
    ['http://192.0.2.1/', 'documentation'],
    ['http://198.51.100.7/', 'documentation'],
    ['http://203.0.113.7/', 'documentation'],
    ['http://[2001:db8::1]/', 'documentation'],
    ['http://[3fff::1]/', 'documentation'],
    ['http://192.0.0.8/', 'reserved'],
    ['http://192.88.99.1/', 'reserved'],
    ['http://198.18.0.1/', 'reserved'],
    ['http://198.19.255.255/', 'reserved'],
    ['http://240.0.0.1/', 'reserved'],
    ['http://255.255.255.255/', 'reserved'],
    ['http://[100::1]/', 'reserved'],
    ['http://[4000::1]/', 'reserved'],
    ['http://224.0.0.1/', 'multicast'],
    ['http://239.255.255.250/', 'multicast'],
    ['http://[ff02::1]/', 'multicast'],
  ])('%s is %s', (url, kind) => {
    const checked = checkDestinationUrl(url, strict)
    expect(checked).toMatchObject({ ok: false, error: { code: 'not_public' } })
    if (!checked.ok) expect(checked.error.message).toContain(`(${kind})`)
    expect(checkDestinationUrl(url, { allowPrivate: true })).toMatchObject({ ok: true })
  })

  it.each(['localhost', 'LOCALHOST', 'localhost.', 'api.localhost', 'printer.local', 'metadata.google.internal', 'nas.lan'])(
    'the name %s stays within a network',
    (name) => {
      expect(checkDestinationUrl(`https://${name}/hook`, strict)).toMatchObject({ error: { code: 'not_public' } })
    },
  )

  it.each([
    ['', 'malformed'],
    ['example.com', 'malformed'],
    ['http://', 'malformed'],
    ['http://256.256.256.256/', 'malformed'],
    ['http://[::1', 'malformed'],
    ['ftp://example.com/', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['https://user@example.com/', 'credentials'],
    ['https://user:word@example.com/', 'credentials'],
    ['https://:word@example.com/', 'credentials'],
  ])('%j is refused as %s, private addresses allowed or not', (url, code) => {
    for (const allowPrivate of [true, false]) {
      expect(checkDestinationUrl(url, { allowPrivate })).toMatchObject({ ok: false, error: { code } })
    }
  })
})

describe('destinations that are taken', () => {
  it.each([
    'https://example.com/hook?x=1',
    'http://example.com:8080/',
    'https://localhost.example.com/',
    'https://locale.example/',
    'https://8.8.8.8/',
    'https://172.15.0.1/',
    'https://172.32.0.1/',
    'https://100.63.255.255/',
    'https://100.128.0.1/',
    'https://169.253.1.1/',
    'https://[2606:4700:4700::1111]/',
    'https://[::ffff:8.8.8.8]/',
  ])('%s', (url) => {
    expect(checkDestinationUrl(url, strict)).toMatchObject({ ok: true })
  })
})

describe('checkAddress', () => {
  it('takes addresses only, and only public ones', () => {
    expect(checkAddress('8.8.8.8', strict)).toEqual({ ok: true, value: '8.8.8.8' })
    expect(checkAddress('example.com', strict)).toMatchObject({ error: { code: 'malformed' } })
    expect(checkAddress('0177.0.0.1', strict)).toMatchObject({ error: { code: 'malformed' } })
    expect(checkAddress('fe80::1%eth0', strict)).toMatchObject({ error: { code: 'not_public' } })
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
})
