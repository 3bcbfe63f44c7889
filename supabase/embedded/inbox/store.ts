import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { readIfPresent, writePrivate } from '../lib/files.ts'

const schema = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  links: z.array(z.string()),
  sent_at: z.string(),
  /** Whatever was handed over under this key is this mail. */
  key: z.string().optional(),
})

export type Mail = z.infer<typeof schema>

export interface Inbox {
  /** Newest first. */
  list(): readonly Mail[]
  find(id: string): Mail | undefined
  /** With a key that is known already: that mail, and no second one. */
  add(mail: Pick<Mail, 'to' | 'subject' | 'text' | 'html'> & { from?: string }, key?: string): Mail
}

const limit = 200

/** Mail goes nowhere from here: it is kept with the data, the newest two hundred, and shown at /inbox. */
export function openInbox(dataDir: string): Inbox {
  const path = join(dataDir, 'inbox.json')
  let mails = read(path)
  return {
    list: () => mails,
    find: (id) => mails.find((mail) => mail.id === id),
    add: ({ from = 'DataSync <no-reply@datasync.localhost>', to, subject, text, html }, key) => {
      const known = key === undefined ? undefined : mails.find((mail) => mail.key === key)
      if (known !== undefined) return known
      const mail: Mail = {
        id: randomUUID(),
        ...(key === undefined ? {} : { key }),
        from,
        to,
        subject,
        text,
        html,
        links: [...new Set(text.match(/https?:\/\/[^\s"'<>]+/g) ?? [])],
        sent_at: new Date().toISOString(),
      }
      mails = [mail, ...mails].slice(0, limit)
      writePrivate(path, JSON.stringify(mails))
      return mail
    },
  }
}

/** Mails of a file that a crash or a hand has damaged are lost; that must not keep the stack from starting. */
function read(path: string): Mail[] {
  try {
    return z.array(schema).parse(JSON.parse(readIfPresent(path) ?? '[]'))
  } catch {
    return []
  }
}
