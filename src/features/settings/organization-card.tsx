import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import * as z from 'zod/mini'
import { renameOrganization } from '@/features/settings/queries/rename-organization'
import { errorLine } from '@/lib/errors'
import { useActiveOrganization, type MyOrganization } from '@/lib/organizations'
import { useHasRole } from '@/lib/session'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Skeleton } from '@/ui/skeleton'
import { toast } from '@/ui/toaster'

const schema = z.object({
  name: z.pipe(
    z.pipe(z.string(), z.transform((text) => text.trim())),
    z.string().check(z.minLength(1, 'An organization needs a name.'), z.maxLength(120, 'Use at most 120 characters.')),
  ),
})

export function OrganizationCard() {
  const organization = useActiveOrganization()
  const isAdmin = useHasRole('admin')
  return (
    <Card title="Name">
      {organization === undefined ? (
        <div aria-busy className="flex flex-col gap-3">
          <Skeleton className="w-40" />
          <Skeleton className="w-64" />
        </div>
      ) : isAdmin ? (
        <Rename key={organization.name} organization={organization} />
      ) : (
        <dl className="grid grid-cols-[8rem_1fr] gap-y-2">
          <dt className="text-ink-2">Name</dt>
          <dd>{organization.name}</dd>
          <dt className="text-ink-2">Address</dt>
          <dd className="font-mono text-hint">{organization.slug}</dd>
        </dl>
      )}
    </Card>
  )
}

function Rename({ organization }: { organization: MyOrganization }) {
  const queryClient = useQueryClient()
  const { register, handleSubmit, setError, formState } = useForm({ resolver: zodResolver(schema), defaultValues: { name: organization.name } })
  const rename = useMutation({
    mutationFn: (name: string) => renameOrganization(organization.id, name),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['memberships'] })
      toast.success('The organization has its new name')
    },
    onError: (error) => setError('name', { message: errorLine(error) }, { shouldFocus: true }),
  })
  return (
    <form noValidate onSubmit={(event) => void handleSubmit(({ name }) => rename.mutate(name))(event)} className="flex flex-col gap-4">
      <Field
        label="Name"
        hideLabel
        required
        error={formState.errors.name?.message}
        hint={
          <>
            Landing pages stay under <span className="font-mono">/c/{organization.slug}</span>.
          </>
        }
      >
        <Input {...register('name')} autoComplete="organization" />
      </Field>
      <Button type="submit" className="self-start" busy={rename.isPending} disabled={!formState.isDirty}>
        Save name
      </Button>
    </form>
  )
}
