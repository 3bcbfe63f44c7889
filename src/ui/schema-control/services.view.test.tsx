import { useState } from 'react'
import { expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { showView } from '@/test-view'
import type { FieldSchema } from '@core/content-schema'
import { Field } from '@/ui/field'
import { SchemaControl } from '@/ui/schema-control/schema-control'
import { ControlServicesContext, type ControlServices } from '@/ui/schema-control/services'

const ADA = { id: '0b9c7a3e-1f2d-4c5b-8a6e-9d0f1e2a3b4c', title: 'Ada Lovelace', type: 'Member', status: 'published' }
const BOB = { id: '1b9c7a3e-1f2d-4c5b-8a6e-9d0f1e2a3b4c', title: 'Bob', type: 'Member', status: 'draft' }
const asked: [string, string | null][] = []

const services: ControlServices = {
  findItems: async (text, type) => {
    asked.push([text, type])
    return [ADA, BOB].filter(({ title }) => title.toLowerCase().includes(text.toLowerCase()))
  },
  itemById: async (id) => [ADA, BOB].find((item) => item.id === id) ?? null,
  imageStore: async () => ({ upload: async (file) => `https://media.example/${file.name}` }),
  describe: String,
}

function Stage({ field, first, world = services }: { field: FieldSchema; first?: string; world?: ControlServices }) {
  const [value, setValue] = useState<unknown>(first)
  return (
    <ControlServicesContext value={world}>
      <Field label="Author">
        <SchemaControl field={field} label="Author" value={value as string | undefined} onChange={setValue} />
      </Field>
      <output aria-label="Value">{JSON.stringify(value ?? null)}</output>
    </ControlServicesContext>
  )
}
const reference: FieldSchema = { type: 'string', format: 'uuid', 'x-widget': 'reference', 'x-reference-type': 'member' }

it('an item is found by its title, of the type that may be chosen, and kept by its id', async () => {
  const { screen } = await showView(<Stage field={reference} />)
  const box = screen.getByRole('combobox', { name: 'Author' })
  await box.fill('ada')
  await expect.element(screen.getByRole('option', { name: /Ada Lovelace/ })).toBeVisible()
  await userEvent.keyboard('{Enter}')
  await expect.element(screen.getByLabelText('Value')).toHaveTextContent(ADA.id)
  await expect.element(box).toHaveValue('Ada Lovelace')
  expect(asked.at(-1)).toEqual(['ada', 'member'])
  await screen.getByRole('button', { name: 'Clear Author' }).click()
  await expect.element(screen.getByLabelText('Value')).toHaveTextContent('null')
})

it('says what a site would not be sent: a draft, and an item that is gone', async () => {
  const draft = await showView(<Stage field={reference} first={BOB.id} />)
  await expect.element(draft.screen.getByText('“Bob” is not published: sites are not sent it until it is.')).toBeVisible()
  await draft.screen.unmount()
  const { screen } = await showView(<Stage field={reference} first="2b9c7a3e-1f2d-4c5b-8a6e-9d0f1e2a3b4c" />)
  await expect.element(screen.getByText(/is no longer there/)).toBeVisible()
})

it('a picture is uploaded where the project keeps some, and given by its address where it does not', async () => {
  const image: FieldSchema = { type: 'string', format: 'uri', 'x-widget': 'image' }
  const { screen } = await showView(<Stage field={image} />)
  await expect.element(screen.getByRole('button', { name: 'Upload a picture' })).toBeVisible()
  const file = screen.getByLabelText('Picture file')
  await file.upload(new File(['x'], 'notes.txt', { type: 'text/plain' }))
  await expect.element(screen.getByText(/“notes.txt” is no picture/)).toBeVisible()
  await file.upload(new File(['x'], 'team.png', { type: 'image/png' }))
  await expect.element(screen.getByLabelText('Value')).toHaveTextContent('https://media.example/team.png')
  await screen.unmount()
  const without = await showView(<Stage field={image} world={{ ...services, imageStore: async () => null }} />)
  await expect.element(without.screen.getByRole('textbox', { name: 'Author' })).toBeVisible()
  expect(without.screen.getByRole('button', { name: 'Upload a picture' }).query()).toBeNull()
})
