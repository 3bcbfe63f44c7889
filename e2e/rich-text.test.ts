import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { vectors } from '../src/ui/markdown.vectors.ts'
import { read } from '../supabase/tests/support/actors.ts'
import { launchBrowser } from './support/browser.ts'
import { newCampaign, type Campaign } from './support/campaign.ts'
import { loadDemo, newPerson, signUp } from './support/person.ts'
import { settled } from './support/settle.ts'

// Everything that is known to have run a script out of Markdown, in a real browser, wherever the product shows rich text.

const app = inject('app')
/** JSON of PostgreSQL has no room for a zero; the tests of the renderers have it. */
const written = vectors.filter((vector) => !vector.includes('\u0000'))
/** As many at once as a text may be long, each part beginning with a word of its own. */
const parts = written.reduce<string[]>((texts, vector) => {
  const last = texts.at(-1)
  if (last === undefined || last.length + vector.length > 3_900) return [...texts, `Part ${texts.length + 1}\n\n${vector}`]
  return [...texts.slice(0, -1), `${last}\n\n${vector}`]
}, [])
let browser: Browser
let campaign: Campaign

beforeAll(async () => {
  browser = await launchBrowser()
  campaign = await newCampaign(app)
})
afterAll(async () => {
  await browser.close()
  await campaign.close()
})

/** Also after everything that looks like a link has been pressed and everything that takes the focus has had it. */
async function expectNothingRan(page: Page, within: string, part: number): Promise<void> {
  const region = page.locator(within)
  await region.getByText(`Part ${part}`, { exact: true }).waitFor()
  const dangerous = 'script, iframe, object, embed, svg script, form, style, link, meta, base, template, video, math, [onerror], [onload], [onfocus], [style*=javascript], [href^="javascript" i], [href^="data:" i], [href^="vbscript" i], [srcdoc]'
  expect(await region.locator(dangerous).count()).toBe(0)
  await region.evaluate((box) => {
    // Links that lead away are stopped here: what matters is what they would do to this page.
    box.addEventListener('click', (event) => {
      const link = (event.target as Element).closest('a')
      if (link && /^(https?|mailto|tel):$/.test(link.protocol)) event.preventDefault()
    }, true)
    for (const element of box.querySelectorAll<HTMLElement>('*')) {
      element.focus()
      element.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }))
      if (element.localName === 'a') element.click()
    }
  })
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
}

test('on a landing page', async () => {
  const items = () => campaign.admin.client.from('content_items')
  const { data } = await read<{ data: Record<string, unknown> }>(items().select('data').eq('title', 'Fall Savings Event').single())
  const visitor = await newPerson(browser)
  for (const [index, body] of parts.entries()) {
    await read(items().update({ data: { ...data, body } }).eq('title', 'Fall Savings Event'))
    await campaign.run()
    await visitor.page.goto(`${app.app_url}/c/${campaign.admin.organization.slug}/facebook`)
    await expectNothingRan(visitor.page, 'main', index + 1)
  }
  // What the renderer lets through, the policy has nothing to say against; pictures of other people's servers are not to be had.
  expect(visitor.complaints.filter((line) => !/net::ERR_/.test(line))).toEqual([])
  await visitor.context.close()
})

test('in the preview beside what an editor types', async () => {
  const editor = await newPerson(browser)
  await signUp(editor, app.app_url)
  await loadDemo(editor)
  await editor.page.goto(`${app.app_url}/content`)
  await editor.page.getByRole('link', { name: 'Fall Savings Event' }).click()
  await settled(editor.page)
  for (const [index, body] of parts.entries()) {
    await editor.page.getByRole('textbox', { name: /^Body/ }).fill(body)
    await expectNothingRan(editor.page, '.prose', index + 1)
  }
  expect(editor.complaints.filter((line) => !/net::ERR_/.test(line))).toEqual([])
  await editor.context.close()
})
