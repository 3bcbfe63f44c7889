import { describe, expect, it } from 'vitest'
import { alertLinks, composeMail, webhookBody } from './alert-text.ts'
import type { AlertEvent } from './alerts-database.ts'

const event: AlertEvent = {
  id: 'e1', rule_id: 'r1', rule_name: 'Sites', kind: 'site', state: 'firing', title: 'Instagram is unhealthy', detail: '503 from destination',
  subjects: [{ kind: 'site', id: 's1', name: 'Instagram', detail: '503 from destination' }], subject_count: 1, job_id: null, job_number: null, at: '2026-11-21T08:20:30.123456+00:00',
}
const organization = { name: 'Acme', slug: 'acme' }
const mailOf = (changes: Partial<AlertEvent> = {}, appUrl: string | null = 'https://app.example.com') =>
  composeMail({ id: 'm1', recipient: 'ada@example.com', organization, event: { ...event, ...changes } }, appUrl)

describe('a mail', () => {
  it('says what, where, since when, and why somebody gets it', () => {
    const mail = mailOf()
    expect(mail.subject).toBe('[Firing] Instagram is unhealthy (Acme)')
    expect(mail.text).toBe(`Instagram is unhealthy

503 from destination

Firing since 2026-11-21 08:20 UTC, Acme

Look at it: https://app.example.com/sites/s1

--
You get this mail because the rule "Sites" of Acme names your address.
Change, mute or stop it: https://app.example.com/settings/alerts
`)
  })

  it('lists many, and counts those that it does not list', () => {
    const subjects = Array.from({ length: 20 }, (_, n) => ({ kind: 'site' as const, id: `s${n}`, name: `Site ${n}`, detail: '' }))
    const { text } = mailOf({ title: '1000 sites are unhealthy', detail: '', subjects, subject_count: 1000 })
    expect(text).toContain('- Site 0\n- Site 1\n')
    expect(text).toContain('- Site 19\n- and 980 more\n')
    expect(text).toContain('https://app.example.com/sites\n')
  })

  it('has no links where the deployment does not say where the app is', () => {
    const mail = mailOf({}, null)
    expect(`${mail.text}${mail.html}`).not.toContain('http')
  })

  it('takes names for text: no header, no markup', () => {
    const mail = mailOf({ title: 'A\r\nBcc: all@example.com <b>x</b>', rule_name: '"><script>alert(1)</script>', detail: '<img src=x onerror=alert(1)>' })
    expect(mail.subject).not.toMatch(/[\r\n]/)
    expect(mail.html).not.toMatch(/<b>|<script|<img/)
    expect(mail.html).toContain('&#60;script&#62;')
  })

  it.each([['recovered', /^Recovered at 2026/m], ['test', /^Test at 2026/m]] as const)('of kind %s says when', (state, words) => {
    expect(mailOf({ state }).text).toMatch(words)
  })
})

describe('links', () => {
  const path = (changes: Partial<AlertEvent>) => alertLinks({ ...event, ...changes }, 'https://app').subject
  it('lead to what it is about', () => {
    expect(path({ job_id: 'j1' })).toBe('https://app/jobs/j1')
    expect(path({ kind: 'schedule' })).toBe('https://app/jobs/schedules')
    expect(path({ subject_count: 2 })).toBe('https://app/sites')
    expect(path({ kind: 'silence' })).toBe('https://app/alerts')
  })
})

it('a webhook’s body is the same however often it is made', () => {
  const body = webhookBody({ organization, event }, 'https://app.example.com')
  expect(webhookBody({ organization, event: { ...event } }, 'https://app.example.com')).toBe(body)
  expect(JSON.parse(body)).toMatchObject({ type: 'alert.firing', timestamp: '2026-11-21T08:20:30.123Z', data: { rule: { id: 'r1' }, run: null, url: 'https://app.example.com/sites/s1' } })
})
