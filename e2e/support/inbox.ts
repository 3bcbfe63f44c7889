interface Mail {
  to: string
  subject: string
  links: string[]
}

/** The link of the newest mail to this address that came after `earlier` others; asks until it is there. */
export async function linkFromInbox(inboxUrl: string, to: string, earlier = 0): Promise<string> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const answer = await fetch(`${inboxUrl}/api/messages`)
    const { messages } = (await answer.json()) as { messages: Mail[] }
    const mine = messages.filter((mail) => [mail.to].flat().join().includes(to))
    const link = mine.length > earlier ? mine[0]?.links[0] : undefined
    if (link !== undefined) return link
    if (Date.now() > deadline) throw new Error(`no new mail for ${to} in the inbox, which holds ${messages.length}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
