import { Hono } from 'hono'
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

export function inboxRoutes(inbox: Inbox): Hono {
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

function withLinksInNewTabs(html: string): string {
  return html.replace(/<head>/i, '<head><base target="_blank">')
}
