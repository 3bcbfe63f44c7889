import { timingSafeEqual, createHash } from 'node:crypto'
import { Hono } from 'hono'
import { z } from 'zod'
import { messagePage, listPage, newNonce } from './page.ts'
import type { Inbox } from './store.ts'

/** Mails hold sign-in links, so nothing here may be framed, cached, or read by another origin. */
const headers = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

function policy(nonce: string): string {
  return [
    "default-src 'none'", `style-src 'nonce-${nonce}'`, `script-src 'nonce-${nonce}'`,
    "connect-src 'self'", "frame-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
  ].join('; ')
}

/** As the functions hand mails over everywhere (functions/_shared/mail.ts, `generic`). */
const mailSchema = z.object({
  from: z.string().max(320),
  to: z.string().min(3).max(320),
  subject: z.string().max(1_000),
  text: z.string().max(200_000),
  html: z.string().max(500_000).default(''),
})

/** `mailSecret`: what only the functions of this start know; without it nobody puts anything into the inbox. */
export function inboxRoutes(inbox: Inbox, mailSecret: string | undefined): Hono {
  const routes = new Hono()
  routes.use(async (context, next) => {
    await next()
    for (const [name, value] of Object.entries(headers)) context.header(name, value)
  })
  routes.get('/inbox', (context) => {
    const nonce = newNonce()
    context.header('content-security-policy', policy(nonce))
    return context.html(listPage(inbox.list(), nonce))
  })
  routes.get('/inbox/api/messages', (context) => context.json({ messages: inbox.list() }))
  routes.post('/inbox/api/send', async (context) => {
    if (mailSecret === undefined || !sameText(context.req.header('authorization') ?? '', `Bearer ${mailSecret}`)) {
      return context.json({ message: 'Only the functions of this installation hand mails over here.' }, 401)
    }
    const mail = mailSchema.safeParse(await context.req.json().catch(() => null))
    if (!mail.success) return context.json({ message: 'Send {"from", "to", "subject", "text", "html"}.' }, 422)
    // A try whose answer was lost comes again under the same key.
    const known = context.req.header('idempotency-key')
    return context.json({ id: inbox.add(mail.data, known === undefined ? undefined : known.slice(0, 100)).id })
  })
  routes.get('/inbox/message/:id', (context) => {
    const mail = inbox.find(context.req.param('id'))
    if (!mail) return context.text('This mail is no longer kept.', 404)
    const nonce = newNonce()
    context.header('content-security-policy', policy(nonce))
    return context.html(messagePage(mail, nonce))
  })
  // The mail as its sender made it: shown in a frame, without scripts, without an origin, without anything from elsewhere.
  routes.get('/inbox/message/:id/html', (context) => {
    const mail = inbox.find(context.req.param('id'))
    if (!mail) return context.text('This mail is no longer kept.', 404)
    context.header('content-security-policy', "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'")
    return context.html(withLinksInNewTabs(mail.html))
  })
  return routes
}

function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

function withLinksInNewTabs(html: string): string {
  return html.replace(/<head>/i, '<head><base target="_blank">')
}
