/* iris_vm_fast.h - variants of at most four units.
 *
 * The sign of zero and subnormal results are free here; nan and infinity are not.
 * Requires the headers of the functions it varies.
 */
#ifndef IRIS_VM_FAST_H
#define IRIS_VM_FAST_H

#endif /* IRIS_VM_FAST_H */
