import { zodResolver } from '@hookform/resolvers/zod'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { useSearchParams } from 'react-router-dom'
import * as z from 'zod/mini'
import { authErrorText } from '@/lib/auth-errors'
import { AuthLayout } from '@/features/auth/auth-layout'
import { CheckMail } from '@/features/auth/check-mail'
import { resendConfirmation, sendMagicLink, signInWithPassword } from '@/features/auth/requests'
import { currentPasswordSchema, emailSchema } from '@/lib/auth-schemas'
import { TextLink } from '@/features/auth/text-link'
import { paths, safeNext } from '@/lib/paths'
import { Button } from '@/ui/button'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Notice } from '@/ui/notice'

const schema = z.object({ email: emailSchema, password: currentPasswordSchema })

interface Sent {
  email: string
  kind: 'magic-link' | 'confirmation'
}

export function Component() {
  const [search] = useSearchParams()
  const next = safeNext(search.get('next'))
  const [sent, setSent] = useState<Sent | null>(null)
  const [linkBusy, setLinkBusy] = useState(false)
  const [unconfirmed, setUnconfirmed] = useState<string | null>(null)
  const { register, handleSubmit, setError, trigger, getValues, formState } = useForm({
    resolver: zodResolver(schema),
    defaultValues: { email: search.get('email') ?? '', password: '' },
  })
  const { errors, isSubmitting } = formState

  const fail = (error: unknown, email: string) => {
    const { field, message, code } = authErrorText(error)
    setError(field ?? 'root', { message }, { shouldFocus: true })
    setUnconfirmed(code === 'email_not_confirmed' ? email : null)
  }

  // On success the guard around this page leads on: it watches the session.
  const submit = handleSubmit(async ({ email, password }) => {
    try {
      await signInWithPassword(email, password)
    } catch (error) {
      fail(error, email)
    }
  })

  const send = async (kind: Sent['kind'], email: string) => {
    setLinkBusy(true)
    try {
      await (kind === 'magic-link' ? sendMagicLink(email, next) : resendConfirmation(email, next))
      setSent({ email, kind })
    } catch (error) {
      fail(error, email)
    } finally {
      setLinkBusy(false)
    }
  }

  const askForLink = async () => {
    if (await trigger('email', { shouldFocus: true })) await send('magic-link', getValues('email').trim())
  }

  if (sent !== null) {
    return (
      <CheckMail
        email={sent.email}
        purpose={sent.kind === 'magic-link' ? 'The link in the message signs you in.' : 'The link in the message confirms the address and signs you in.'}
        resend={() => (sent.kind === 'magic-link' ? sendMagicLink(sent.email, next) : resendConfirmation(sent.email, next))}
        footer={
          <button type="button" className="font-semibold text-accent-ink underline-offset-2 hover:underline" onClick={() => setSent(null)}>
            Sign in another way
          </button>
        }
      />
    )
  }

  return (
    <AuthLayout
      title="Sign in"
      sub={next === '/' ? 'Welcome back.' : 'Sign in to go on to the page that you asked for.'}
      footer={
        <>
          New here? <TextLink to={paths.signUp.getHref({ next })}>Create an account</TextLink>
        </>
      }
    >
      <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <Field label="E-mail" error={errors.email?.message} required>
          <Input type="email" autoComplete="username" {...register('email')} />
        </Field>
        {unconfirmed !== null && (
          <Button size="sm" className="self-start" busy={linkBusy} onClick={() => void send('confirmation', unconfirmed)}>
            Send the confirmation again
          </Button>
        )}
        <Field
          label="Password"
          error={errors.password?.message}
          required
          aside={
            <span className="-my-1 text-hint [&>a]:inline-block [&>a]:py-1">
              <TextLink to={paths.forgotPassword.getHref()}>Forgotten?</TextLink>
            </span>
          }
        >
          <Input type="password" autoComplete="current-password" {...register('password')} />
        </Field>
        {errors.root?.message !== undefined && <Notice tone="failure">{errors.root.message}</Notice>}
        <Button type="submit" variant="primary" busy={isSubmitting}>
          Sign in
        </Button>
        <div className="flex items-center gap-3 text-hint text-ink-3" aria-hidden>
          <span className="h-px flex-1 bg-line" />
          or
          <span className="h-px flex-1 bg-line" />
        </div>
        <Button busy={linkBusy && unconfirmed === null} onClick={() => void askForLink()}>
          E-mail me a sign-in link
        </Button>
      </form>
    </AuthLayout>
  )
}
