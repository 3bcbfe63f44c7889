import { useState } from 'react'
import { expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { showView } from '@/test-view'
import { Field } from '@/ui/field'
import { RichText } from '@/ui/schema-control/rich-text'
import { RichTextAtRest } from '@/ui/schema-control/rich-text-at-rest'
import type { RichTextEntry } from '@/ui/schema-control/rich-text-input'
import { SchemaControl } from '@/ui/schema-control/schema-control'

let written: string[] = []

function Stage({ first }: { first: string }) {
  const [value, setValue] = useState(first)
  return (
    <Field label="Story">
      <SchemaControl
        field={{ type: 'string', format: 'markdown', 'x-widget': 'richtext' }}
        label="Story"
        value={value}
        onChange={(next) => {
          written.push(typeof next === 'string' ? next : '')
          setValue(typeof next === 'string' ? next : '')
        }}
      />
    </Field>
  )
}
const open = (first: string) => {
  written = []
  return showView(<Stage first={first} />)
}

/** Into the text; its editor comes with the first press. */
async function enter(screen: Awaited<ReturnType<typeof open>>['screen']): Promise<void> {
  await screen.getByRole('textbox', { name: 'Story' }).click()
  await expect.element(screen.getByRole('textbox', { name: 'Story' })).toHaveAttribute('contenteditable', 'true')
  await expect.element(screen.getByRole('textbox', { name: 'Story' })).toHaveFocus()
}

it('writes Markdown, by keys and by the toolbar', async () => {
  const { screen } = await open('')
  await enter(screen)
  await userEvent.keyboard('Now ')
  await userEvent.keyboard('{Control>}b{/Control}20% off{Control>}b{/Control}')
  await expect.poll(() => written.at(-1)).toBe('Now **20% off**')
  await userEvent.keyboard('{Enter}One')
  await screen.getByRole('button', { name: /^Bulleted list/ }).click()
  await expect.poll(() => written.at(-1)).toBe('Now **20% off**\n\n- One')
  await expect.element(screen.getByRole('button', { name: /^Bulleted list/ })).toHaveAttribute('aria-pressed', 'true')
})

it('sets a link by its address', async () => {
  const { screen } = await open('Read more')
  await enter(screen)
  await userEvent.keyboard('{Control>}a{/Control}')
  await screen.getByRole('button', { name: /^Link/ }).click()
  await screen.getByRole('textbox', { name: 'Address of the link' }).fill('javascript:alert(1)')
  await screen.getByRole('button', { name: 'Set link' }).click()
  await expect.element(screen.getByText(/A link leads to/)).toBeVisible()
  await screen.getByRole('textbox', { name: 'Address of the link' }).fill('example.com')
  await screen.getByRole('button', { name: 'Set link' }).click()
  await expect.poll(() => written.at(-1)).toBe('[Read more](https://example.com)')
})

it('writes nothing when a text is only opened', async () => {
  const { screen } = await open('## Heading\n\n* one\n* two\n\n__bold__ text')
  await expect.element(screen.getByRole('textbox', { name: 'Story' })).toHaveTextContent('Heading')
  await enter(screen)
  await userEvent.keyboard('{ArrowDown}{ArrowDown}')
  expect(written).toEqual([])
})

it('opens what it could not keep as source, and says why', async () => {
  const table = '| a | b |\n|---|---|\n| 1 | 2 |'
  const { screen } = await open(table)
  await expect.element(screen.getByText('Shown as its Markdown source: it has a table, which the editor could not keep as it is.')).toBeVisible()
  await expect.element(screen.getByRole('textbox')).toHaveValue(table)
  await expect.element(screen.getByRole('button', { name: 'Back to the editor' })).toBeDisabled()
  await screen.getByRole('textbox').fill('plain now')
  await screen.getByRole('button', { name: 'Back to the editor' }).click()
  await expect.element(screen.getByRole('textbox', { name: 'Story' })).toHaveTextContent('plain now')
})

it('shows the text before its editor is there, begins where it was pressed, and keeps what is typed meanwhile', async () => {
  const { screen } = await open('## Heading\n\nA [link](https://example.com/) and **bold** text')
  const text = screen.getByRole('textbox', { name: 'Story' })
  await expect.element(text).toHaveTextContent('A link and bold text')
  expect(text.element().getAttribute('contenteditable')).toBeNull()
  expect(text.element().querySelector('a[href]')).toBeNull()
  const before = text.element().getBoundingClientRect()
  await userEvent.tab()
  await expect.element(screen.getByRole('button', { name: /^Bold/ })).toHaveFocus()
  await userEvent.tab()
  await userEvent.keyboard('New ')
  await expect.poll(() => written.at(-1)).toBe('## New Heading\n\nA [link](https://example.com/) and **bold** text')
  const after = screen.getByRole('textbox', { name: 'Story' }).element().getBoundingClientRect()
  expect([after.top, after.height]).toEqual([before.top, before.height])
})

it('hands over whole what was typed and pasted before its editor was there', async () => {
  const entries: RichTextEntry[] = []
  const { screen } = await showView(
    <RichTextAtRest label="Story" value="Heading" readOnly={false} onChange={() => undefined} onNear={() => undefined} onEnter={(entry) => entries.push(...(entry === undefined ? [] : [entry]))} />,
  )
  await screen.getByRole('textbox', { name: 'Story' }).click()
  await userEvent.tab({ shift: true })
  await userEvent.tab()
  await userEvent.keyboard('Newx{Backspace}{Enter}y{Backspace}{Control>}b{/Control}plan ')
  const clipboardData = new DataTransfer()
  clipboardData.setData('text/plain', 'one\r\ntwo ')
  screen.getByRole('textbox', { name: 'Story' }).element().dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  expect(entries.at(-1)?.typed()).toBe('New\nplan one\r\ntwo ')

  written = []
  const editor = await showView(<RichText label="Plan" value="Heading" readOnly={false} onChange={(markdown) => written.push(markdown)} entry={entries.at(-1)} />)
  await expect.element(editor.screen.getByRole('textbox', { name: 'Plan' })).toHaveFocus()
  await expect.poll(() => written.at(-1)).toBe('New\n\nplan one\n\ntwo Heading')
})

it('takes the act of a button that was pressed first', async () => {
  const { screen } = await open('Some words')
  await screen.getByRole('button', { name: /^Bulleted list/ }).click()
  await expect.poll(() => written.at(-1)).toBe('- Some words')
})
