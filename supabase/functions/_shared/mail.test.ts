import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { mailFormatOf, mailRequest, type MailSettings } from './mail.ts'
import { createSender } from './send.ts'

const mail = { id: '7f0c', to: 'ada@example.com', subject: 'Run 12 failed', text: 'Look at it.\n', html: '<p>Look at it.</p>' }
const settings: MailSettings = { url: 'https://mail.example.com/send', token: 't0ken', from: 'DataSync <alerts@example.com>', format: 'generic' }
const bodyOf = (changes: Partial<MailSettings>) => JSON.parse(mailRequest({ ...settings, ...changes }, mail).body ?? '') as unknown

let close: (() => void) | undefined
afterEach(() => close?.())

it('is one JSON object, as the service wants it', () => {
  expect(bodyOf({})).toEqual({ from: 'DataSync <alerts@example.com>', to: 'ada@example.com', subject: 'Run 12 failed', text: 'Look at it.\n', html: '<p>Look at it.</p>' })
  expect(bodyOf({ format: 'resend' })).toEqual({ from: 'DataSync <alerts@example.com>', to: ['ada@example.com'], subject: 'Run 12 failed', text: 'Look at it.\n', html: '<p>Look at it.</p>' })
  expect(bodyOf({ format: 'postmark' })).toEqual({
    From: 'DataSync <alerts@example.com>', To: 'ada@example.com', Subject: 'Run 12 failed', TextBody: 'Look at it.\n', HtmlBody: '<p>Look at it.</p>', MessageStream: 'outbound',
  })
})

it('shows its token where the service looks for it, and none where there is none', () => {
  expect(mailRequest(settings, mail).headers).toMatchObject({ authorization: 'Bearer t0ken', 'idempotency-key': '7f0c' })
  expect(mailRequest({ ...settings, format: 'postmark' }, mail).headers).toMatchObject({ 'x-postmark-server-token': 't0ken' })
  expect(JSON.stringify(mailRequest({ ...settings, token: null }, mail))).not.toMatch(/bearer|token/i)
})

it.each([['https://api.resend.com/emails', 'resend'], ['https://api.postmarkapp.com/email', 'postmark'], ['http://127.0.0.1:5173/inbox/api/send', 'generic'], ['https://api.resend.com.example.org/', 'generic']])(
  'knows %s as %s', (url, format) => expect(mailFormatOf(url)).toBe(format))

it('arrives at a server on this machine, though sites may not point there', async () => {
  const seen: { headers: IncomingHttpHeaders; body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (data: Buffer) => (body += data.toString()))
    request.on('end', () => {
      seen.push({ headers: request.headers, body })
      response.writeHead(200).end('{"id":"1"}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  close = () => server.close()
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/send`
  const send = createSender({ timeoutMs: 5_000, allowPrivate: false })
  expect((await send(mailRequest({ ...settings, url }, mail))).outcome).toMatchObject({ kind: 'response', statusCode: 200 })
  expect(seen).toMatchObject([{ headers: { authorization: 'Bearer t0ken', 'content-type': 'application/json' }, body: expect.stringContaining('"to":"ada@example.com"') }])
})
