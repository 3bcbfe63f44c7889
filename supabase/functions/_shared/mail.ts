import type { SendRequest } from './send.ts'

/**
 * Mail over HTTP, because hosted functions cannot speak SMTP. Three forms of the same request: `generic` is one JSON object,
 * which the embedded inbox and any relay of one's own take; the other two are the APIs of well-known services.
 *
 * - https://resend.com/docs/api-reference/emails/send-email
 * - https://postmarkapp.com/developer/api/email-api
 */

export const mailFormats = ['generic', 'resend', 'postmark'] as const
export type MailFormat = (typeof mailFormats)[number]

export interface MailSettings {
  url: string
  token: string | null
  from: string | null
  format: MailFormat
}

export interface Mail {
  /** The same for every try, so that a service that knows it sends one mail. */
  id: string
  to: string
  subject: string
  text: string
  html: string
}

/** By the host of the address, where nothing else is said. */
export function mailFormatOf(url: string): MailFormat {
  const host = new URL(url).hostname
  if (host === 'api.resend.com') return 'resend'
  return host === 'api.postmarkapp.com' ? 'postmark' : 'generic'
}

const defaultFrom = 'DataSync <alerts@datasync.localhost>'

/** Never logged: the token is in its headers. */
export function mailRequest({ url, token, from, format }: MailSettings, mail: Mail): SendRequest {
  return {
    url,
    // Chosen by whoever runs this deployment, and on one machine no public address.
    trusted: true,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': 'DataSync/1',
      'idempotency-key': mail.id,
      ...authorization(format, token),
    },
    body: JSON.stringify(bodyOf(format, from ?? defaultFrom, mail)),
  }
}

function authorization(format: MailFormat, token: string | null): Record<string, string> {
  if (token === null) return {}
  return format === 'postmark' ? { 'x-postmark-server-token': token } : { authorization: `Bearer ${token}` }
}

function bodyOf(format: MailFormat, from: string, { to, subject, text, html }: Mail): Record<string, unknown> {
  switch (format) {
    case 'generic':
      return { from, to, subject, text, html }
    case 'resend':
      return { from, to: [to], subject, text, html }
    case 'postmark':
      return { From: from, To: to, Subject: subject, TextBody: text, HtmlBody: html, MessageStream: 'outbound' }
  }
}
