import type { ContentSchema } from '@core/content-schema'
import { useState } from 'react'
import { expect, it } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { toDrafts, toSchema } from '@/features/content/types/field-drafts'
import { TypeBuilder, useBuilder } from '@/features/content/types/type-builder'
import { showView } from '@/test-view'

const SCHEMA: ContentSchema = {
  type: 'object', 'x-order': ['headline', 'body', 'theme'], required: ['headline'],
  properties: {
    headline: { type: 'string', title: 'Headline', maxLength: 90, 'x-field-id': 'f_headline', 'x-widget': 'text' },
    body: { type: 'string', title: 'Body', 'x-field-id': 'f_body', 'x-widget': 'textarea' },
    theme: { type: 'string', title: 'Theme', enum: ['autumn', 'service'], 'x-field-id': 'f_theme', 'x-widget': 'select' },
  },
}

function Stage() {
  const builder = useBuilder({ head: { title: 'Offer', name: 'offer', description: '' }, drafts: toDrafts(SCHEMA) })
  const [checked, setChecked] = useState<string | null>(null)
  return (
    <>
      <TypeBuilder builder={builder} types={[]} readOnly={false} nameHint="" onTitle={(title) => builder.setHead((head) => ({ ...head, title }))} />
      <button type="button" onClick={() => setChecked(builder.check() ? 'fine' : 'faulty')}>Check</button>
      {checked !== null && <p>It is {checked}</p>}
      <output aria-label="Schema">{JSON.stringify(toSchema(builder.drafts, SCHEMA))}</output>
    </>
  )
}

const open = () => showView(<Stage />, { width: 1280, height: 900 })
const schema = () => JSON.parse(document.querySelector('output[aria-label=Schema]')?.textContent ?? '{}') as ContentSchema
const order = () => schema()['x-order']
const previewOrder = () => [...document.querySelectorAll('[data-preview-field]')].map((element) => element.getAttribute('data-preview-field'))
const preview = () => page.getByRole('region', { name: 'Preview of the form' })

it('is dragged with the mouse, and the form beside it follows', async () => {
  const { screen } = await open()
  const handle = screen.getByRole('button', { name: 'Move “Headline”' })
  await userEvent.dragAndDrop(handle, screen.getByRole('button', { name: 'Move “Theme”' }), { steps: 12 })
  await expect.poll(order).toEqual(['body', 'theme', 'headline'])
  expect(previewOrder()).toEqual(['body', 'theme', 'headline'])
  // Whatever else the schema says stays as it was.
  expect(schema()).toEqual({ ...SCHEMA, 'x-order': ['body', 'theme', 'headline'] })
})

it('is moved by the keyboard alone, and says where it is', async () => {
  const { screen } = await open()
  const handle = screen.getByRole('button', { name: 'Move “Headline”' })
  ;(handle.element() as HTMLElement).focus()
  await userEvent.keyboard(' ')
  await expect.element(screen.getByText('“Headline” is lifted from place 1 of 3.')).toBeInTheDocument()
  await userEvent.keyboard('{ArrowDown}')
  await expect.element(screen.getByText('“Headline” is over place 2 of 3.')).toBeInTheDocument()
  await userEvent.keyboard(' ')
  await expect.poll(order).toEqual(['body', 'headline', 'theme'])
  // Given up halfway, it stays where it is.
  await userEvent.keyboard(' ')
  await expect.element(screen.getByText('“Headline” is lifted from place 2 of 3.')).toBeInTheDocument()
  await userEvent.keyboard('{ArrowDown}')
  await expect.element(screen.getByText('“Headline” is over place 3 of 3.')).toBeInTheDocument()
  await userEvent.keyboard('{Escape}')
  await expect.element(screen.getByText('“Headline” stays where it was.')).toBeInTheDocument()
  expect(order()).toEqual(['body', 'headline', 'theme'])
})

it('shows a new field in the form with every letter of its label, and suggests its name', async () => {
  const { screen } = await open()
  await screen.getByRole('button', { name: 'Add field' }).click()
  await screen.getByRole('button', { name: /^Number/ }).click()
  // The label has the focus, so that one can go on typing.
  await expect.element(screen.getByRole('textbox', { name: 'Label' })).toHaveFocus()
  await userEvent.keyboard('Price in €')
  await expect.element(preview().getByRole('textbox', { name: 'Price in €' })).toBeVisible()
  await expect.element(screen.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('price_in')
  await screen.getByRole('textbox', { name: 'At least' }).fill('5')
  await preview().getByRole('textbox', { name: 'Price in €' }).fill('3')
  await expect.element(preview().getByText('Price in € must be at least 5.')).toBeVisible()
  expect(schema().properties['price_in']).toMatchObject({ type: 'number', title: 'Price in €', minimum: 5, 'x-widget': 'number' })
})

it('changes kind, options, help and default, and the form shows each', async () => {
  const { screen } = await open()
  await screen.getByRole('button', { name: /^Theme / }).click()
  await screen.getByRole('textbox', { name: 'Options, entry 2' }).click()
  await userEvent.keyboard('{Enter}')
  await expect.element(screen.getByRole('textbox', { name: 'Options, entry 3' })).toHaveFocus()
  await userEvent.keyboard('finance')
  await screen.getByRole('textbox', { name: 'Help' }).fill('The look of the page')
  await expect.element(preview().getByText('The look of the page')).toBeVisible()
  expect(schema().properties['theme']?.enum).toEqual(['autumn', 'service', 'finance'])
  await screen.getByRole('combobox', { name: 'Default' }).click()
  await screen.getByRole('option', { name: 'service' }).click()
  await expect.element(preview().getByRole('combobox', { name: 'Theme' })).toHaveTextContent('service')
})

it('tries a pattern out', async () => {
  const { screen } = await open()
  await screen.getByRole('button', { name: /^Headline / }).click()
  await screen.getByRole('textbox', { name: 'Pattern' }).fill('^[A-Z]')
  await screen.getByRole('textbox', { name: 'Try it' }).fill('lower')
  await expect.element(screen.getByText('It would be refused.')).toBeVisible()
  await screen.getByRole('textbox', { name: 'Try it' }).fill('Upper')
  await expect.element(screen.getByText('It would be accepted.')).toBeVisible()
})

it('takes a field out, and back with one click', async () => {
  const { screen } = await open()
  await screen.getByRole('button', { name: 'More for “Body”' }).click()
  await screen.getByRole('menuitem', { name: 'Remove' }).click()
  await expect.poll(order).toEqual(['headline', 'theme'])
  expect(previewOrder()).toEqual(['headline', 'theme'])
  await screen.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => schema()).toEqual(SCHEMA)
})

it('opens what is to be corrected', async () => {
  const { screen } = await open()
  await screen.getByRole('button', { name: /^Body / }).click()
  await screen.getByRole('textbox', { name: 'Name', exact: true }).fill('headline')
  await screen.getByRole('button', { name: /^Body / }).click()
  await screen.getByRole('button', { name: 'Check' }).click()
  await expect.element(screen.getByText('It is faulty')).toBeInTheDocument()
  await expect.element(screen.getByText('Another field has this name.')).toBeVisible()
  await expect.element(screen.getByRole('textbox', { name: 'Name', exact: true })).toHaveFocus()
})
