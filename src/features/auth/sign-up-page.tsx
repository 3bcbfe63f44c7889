import { zodResolver } from '@hookform/resolvers/zod'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { useSearchParams } from 'react-router-dom'
import * as z from 'zod/mini'
import { authErrorText } from '@/lib/auth-errors'
import { AuthLayout } from '@/features/auth/auth-layout'
import { CheckMail } from '@/features/auth/check-mail'
import { resendConfirmation, signUp } from '@/features/auth/requests'
import { emailSchema, fullNameSchema, newPasswordSchema, PASSWORD_MIN } from '@/lib/auth-schemas'
import { TextLink } from '@/features/auth/text-link'
import { paths, safeNext } from '@/lib/paths'
import { Button } from '@/ui/button'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Notice } from '@/ui/notice'

const schema = z.object({ fullName: fullNameSchema, email: emailSchema, password: newPasswordSchema })

export function Component() {
  const [search] = useSearchParams()
  const next = safeNext(search.get('next'))
  const [sentTo, setSentTo] = useState<string | null>(null)
  const { register, handleSubmit, setError, formState } = useForm({
    resolver: zodResolver(schema),
    defaultValues: { fullName: '', email: search.get('email') ?? '', password: '' },
  })
  const { errors, isSubmitting } = formState

  const submit = handleSubmit(async (values) => {
    try {
      const outcome = await signUp({ ...values, next })
      if (outcome === 'check-mail') setSentTo(values.email)
      if (outcome === 'taken') {
        setError('email', { message: 'There is an account with this address already. Sign in instead.' }, { shouldFocus: true })
      }
    } catch (error) {
      const { field, message } = authErrorText(error)
      setError(field ?? 'root', { message }, { shouldFocus: true })
    }
  })

  if (sentTo !== null) {
    return (
      <CheckMail
        email={sentTo}
        purpose="The link in the message confirms the address and signs you in."
        resend={() => resendConfirmation(sentTo, next)}
        footer={
          <button type="button" className="font-semibold text-accent-ink underline-offset-2 hover:underline" onClick={() => setSentTo(null)}>
            Use another address
          </button>
        }
      />
    )
  }

  return (
    <AuthLayout
      title="Create an account"
      sub="Define content once, send it to every site, and see what each received."
      footer={
        <>
          Have an account? <TextLink to={paths.signIn.getHref({ next })}>Sign in</TextLink>
        </>
      }
    >
      <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <Field label="Your name" optional error={errors.fullName?.message}>
          <Input autoComplete="name" {...register('fullName')} />
        </Field>
        <Field label="E-mail" required error={errors.email?.message}>
          <Input type="email" autoComplete="username" {...register('email')} />
        </Field>
        <Field label="Password" required hint={`At least ${PASSWORD_MIN} characters.`} error={errors.password?.message}>
          <Input type="password" autoComplete="new-password" {...register('password')} />
        </Field>
        {errors.root?.message !== undefined && <Notice tone="failure">{errors.root.message}</Notice>}
        <Button type="submit" variant="primary" busy={isSubmitting}>
          Create account
        </Button>
      </form>
    </AuthLayout>
  )
}
