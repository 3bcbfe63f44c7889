import { useState } from 'react'
import { Link, useNavigate } from 'react-router-dom'
import { describe, expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { showView } from '@/test-view'
import { Button } from '@/ui/button'
import { Drawer, DrawerClose } from '@/ui/drawer'
import { Input } from '@/ui/input'
import { toast } from '@/ui/toaster'

function Page() {
  const navigate = useNavigate()
  const [open, setOpen] = useState(false)
  const [text, setText] = useState('')
  return (
    <>
      <Button onClick={() => setOpen(true)}>Open</Button>
      <Drawer
        open={open}
        onOpenChange={setOpen}
        dirty={text !== ''}
        title="New site"
        footer={
          <>
            <DrawerClose />
            <Button onClick={() => setOpen(false)}>Save</Button>
          </>
        }
      >
        {/* What the browser's own button does. */}
        <Button onClick={() => void navigate(-1)}>Back</Button>
        <Link to="/home">Home</Link>
        <label>
          Name <Input value={text} onChange={(event) => setText(event.target.value)} />
        </label>
      </Drawer>
    </>
  )
}

async function open() {
  const { screen, address } = await showView(
    <>
      <Link to="/sites">Sites</Link>
      <Page />
    </>,
    { at: '/before' },
  )
  await screen.getByRole('link', { name: 'Sites' }).click()
  await screen.getByRole('button', { name: 'Open' }).click()
  const drawer = screen.getByRole('dialog', { name: 'New site' })
  await expect.element(drawer).toBeVisible()
  const question = screen.getByRole('alertdialog', { name: 'Close without saving?' })
  const gone = () => expect.poll(() => drawer.elements().length).toBe(0)
  return { screen, address, drawer, question, gone, type: () => drawer.getByLabelText('Name').fill('Blog') }
}

describe('a drawer', () => {
  it('that holds nothing closes at once', async () => {
    const { gone } = await open()
    await userEvent.keyboard('{Escape}')
    await gone()
  })

  it('asks before Escape drops what was typed, and keeps it', async () => {
    const { drawer, question, type } = await open()
    await type()
    await userEvent.keyboard('{Escape}')
    await question.getByRole('button', { name: 'Keep editing' }).click()
    await expect.poll(() => question.elements().length).toBe(0)
    await expect.element(drawer.getByLabelText('Name')).toHaveValue('Blog')
  })

  it('asks for its cross and its Cancel too, and closes when that is wanted', async () => {
    const { drawer, question, type, gone } = await open()
    await type()
    await drawer.getByRole('button', { name: 'Close' }).click()
    await question.getByRole('button', { name: 'Keep editing' }).click()
    await expect.poll(() => question.elements().length).toBe(0)
    await drawer.getByRole('button', { name: 'Cancel' }).click()
    await question.getByRole('button', { name: 'Discard' }).click()
    await gone()
  })

  it('does not ask when it is closed after a save', async () => {
    const { drawer, question, type, gone } = await open()
    await type()
    await drawer.getByRole('button', { name: 'Save' }).click()
    await gone()
    expect(question.elements()).toHaveLength(0)
  })

  it('asks before the browser goes back, and stays or goes as is said', async () => {
    const { address, drawer, question, type, gone } = await open()
    await type()
    await drawer.getByRole('button', { name: 'Back' }).click()
    await question.getByRole('button', { name: 'Keep editing' }).click()
    await expect.poll(() => question.elements().length).toBe(0)
    expect(address()).toBe('/sites')
    await expect.element(drawer.getByLabelText('Name')).toHaveValue('Blog')
    await drawer.getByRole('button', { name: 'Back' }).click()
    await question.getByRole('button', { name: 'Discard' }).click()
    await expect.poll(address).toBe('/before')
    await gone()
  })

  it('asks before a link leaves the page, and does not while there is nothing to lose', async () => {
    const { address, drawer, question, type, gone } = await open()
    await type()
    await drawer.getByRole('link', { name: 'Home' }).click()
    await question.getByRole('button', { name: 'Keep editing' }).click()
    await expect.poll(() => question.elements().length).toBe(0)
    await drawer.getByLabelText('Name').fill('')
    await drawer.getByRole('link', { name: 'Home' }).click()
    await expect.poll(address).toBe('/home')
    expect(question.elements()).toHaveLength(0)
    await userEvent.keyboard('{Escape}')
    await gone()
  })

  it('asks before the tab is closed, while there is something to lose', async () => {
    const { drawer, type } = await open()
    const closing = () => {
      const event = new Event('beforeunload', { cancelable: true })
      window.dispatchEvent(event)
      return event.defaultPrevented
    }
    expect(closing()).toBe(false)
    await type()
    await expect.poll(closing).toBe(true)
    await drawer.getByRole('button', { name: 'Save' }).click()
    await expect.poll(closing).toBe(false)
  })

  it('keeps its buttons in sight when a message comes', async () => {
    const { drawer } = await open()
    toast.success('It was saved', { duration: 60_000 })
    await expect.poll(() => document.querySelectorAll('[data-sonner-toast]').length).toBe(1)
    const foot = drawer.element().querySelector('footer')?.getBoundingClientRect()
    await expect.poll(() => document.querySelector('[data-sonner-toast]')?.getBoundingClientRect().bottom ?? Infinity).toBeLessThanOrEqual(foot?.top ?? 0)
  })
})
