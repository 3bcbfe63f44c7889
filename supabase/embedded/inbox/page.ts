import { randomBytes } from 'node:crypto'
import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { Mail } from './store.ts'

type Markup = HtmlEscapedString | Promise<HtmlEscapedString>

export function newNonce(): string {
  return randomBytes(16).toString('base64')
}

const style = `
:root { color-scheme: light dark; --ground: #fafaf9; --panel: #fff; --line: #e7e5e4; --ink: #1c1917; --soft: #57534e; --accent: #0e7490 }
@media (prefers-color-scheme: dark) { :root { --ground: #0c0a09; --panel: #1c1917; --line: #292524; --ink: #f5f5f4; --soft: #a8a29e; --accent: #67e8f9 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); font: 14px/20px Inter, system-ui, sans-serif }
main { max-width: 880px; margin: 0 auto; padding: 32px 16px 64px }
h1 { margin: 0 0 4px; font-size: 20px; line-height: 28px; font-weight: 600; overflow-wrap: anywhere }
p { margin: 0 0 24px; color: var(--soft) }
a { color: var(--accent); overflow-wrap: anywhere }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px }
ul { list-style: none; margin: 0; padding: 0; border: 1px solid var(--line); border-radius: 8px; background: var(--panel) }
li + li { border-top: 1px solid var(--line) }
li a { display: grid; grid-template-columns: 1fr auto; gap: 0 16px; padding: 10px 16px; color: inherit; text-decoration: none }
li a:hover strong { text-decoration: underline }
li span, time { color: var(--soft); overflow-wrap: anywhere; font-variant-numeric: tabular-nums }
li strong { font-weight: 500 }
li span { grid-column: 1 / -1 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 0 0 24px }
dt { color: var(--soft) } dd { margin: 0; overflow-wrap: anywhere }
section { border: 1px solid var(--line); border-radius: 8px; background: var(--panel); padding: 16px; margin: 0 0 16px }
h2 { margin: 0 0 8px; font-size: 14px; line-height: 20px; font-weight: 600 }
pre { margin: 0; font: 13px/20px 'JetBrains Mono', ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere }
iframe { display: block; width: 100%; height: 480px; border: 1px solid var(--line); border-radius: 8px; background: #fff }
.empty { border: 1px dashed var(--line); border-radius: 8px; padding: 32px 16px; text-align: center; margin: 0 }
`

/** Looks for a newer mail every few seconds, so that one need not reload while waiting for it. */
function watchScript(newest: string): string {
  return `const newest = ${JSON.stringify(newest)}
setInterval(async () => {
  const answer = await fetch('/inbox/api/messages').then((response) => response.json()).catch(() => undefined)
  if (answer && (answer.messages[0]?.id ?? '') !== newest) location.reload()
}, 3000)`
}

function layout(title: string, nonce: string, body: Markup): Markup {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style nonce="${nonce}">${raw(style)}</style>
</head>
<body><main>${body}</main></body>
</html>`
}

function time(iso: string): Markup {
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`
}

export function listPage(mails: readonly Mail[], nonce: string): Markup {
  const rows = mails.map((mail) => html`<li><a href="/inbox/message/${mail.id}"><strong>${mail.subject}</strong>${time(mail.sent_at)}<span>to ${mail.to}, from ${mail.from}</span></a></li>`)
  const list = rows.length > 0
    ? html`<ul>${rows}</ul>`
    : html`<p class="empty">No mail yet. Ask for a magic link or a new password in the app, or let an alert rule tell somebody, and it appears here.</p>`
  return layout('Inbox', nonce, html`<h1>Inbox</h1>
<p>Mail that this installation would have sent. It stays on this machine.</p>
${list}
<script nonce="${nonce}">${raw(watchScript(mails[0]?.id ?? ''))}</script>`)
}

export function messagePage(mail: Mail, nonce: string): Markup {
  const links = mail.links.map((link) => html`<div><a href="${link}">${link}</a></div>`)
  return layout(mail.subject, nonce, html`<p><a href="/inbox">Inbox</a></p>
<h1>${mail.subject}</h1>
<dl><dt>From</dt><dd>${mail.from}</dd><dt>To</dt><dd>${mail.to}</dd><dt>Sent</dt><dd>${time(mail.sent_at)}</dd></dl>
${links.length > 0 ? html`<section aria-labelledby="links"><h2 id="links">Links</h2>${links}</section>` : ''}
<section aria-labelledby="text"><h2 id="text">Text</h2><pre>${mail.text}</pre></section>
${mail.html ? html`<h2>As it looks</h2><iframe title="The mail as it looks" sandbox="allow-popups allow-popups-to-escape-sandbox" src="/inbox/message/${mail.id}/html"></iframe>` : ''}`)
}
