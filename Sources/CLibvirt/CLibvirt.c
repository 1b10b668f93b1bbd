#include "CLibvirt.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void *library;
static char reason[512];

/* The library is never unloaded: its threads and this program's callbacks live until the process ends. */
static void load(void)
{
    library = dlopen("libvirt.so.0", RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    if (library == NULL) {
        const char *words = dlerror();
        snprintf(reason, sizeof reason, "%s", words != NULL ? words : "libvirt.so.0 cannot be loaded");
    }
}

const char *numactl_plan_libvirt_missing(void)
{
    pthread_once(&once, load);
    return library == NULL ? reason : NULL;
}

/* The address of a function; NULL where there is no library, or an older one without it. */
static void *address(const char *name, _Atomic(void *) *found)
{
    void *function = atomic_load_explicit(found, memory_order_acquire);
    if (function == NULL && numactl_plan_libvirt_missing() == NULL) {
        function = dlsym(library, name);
        atomic_store_explicit(found, function, memory_order_release);
    }
    return function;
}

/* A function of the library; the compiler holds it against the prototype of the header. */
#define FORWARD(result, failure, name, parameters, arguments) \
    result name parameters \
    { \
        static _Atomic(void *) found; \
        __typeof__(&name) function = (__typeof__(&name))address(#name, &found); \
        return function != NULL ? function arguments : failure; \
    }
#define NUMBER(name, parameters, arguments) FORWARD(int, -1, name, parameters, arguments)
#define POINTER(result, name, parameters, arguments) FORWARD(result, NULL, name, parameters, arguments)
#define NOTHING(name, parameters, arguments) FORWARD(void, (void)0, name, parameters, arguments)

/* The library and its errors. */
POINTER(virErrorPtr, virGetLastError, (void), ())
POINTER(const char *, virGetLastErrorMessage, (void), ())
NOTHING(virSetErrorFunc, (void *data, virErrorFunc handler), (data, handler))
NUMBER(virEventRegisterDefaultImpl, (void), ())
NUMBER(virEventRunDefaultImpl, (void), ())
NOTHING(virTypedParamsFree, (virTypedParameterPtr list, int count), (list, count))
NUMBER(virTypedParamsGetInt, (virTypedParameterPtr list, int count, const char *name, int *value), (list, count, name, value))

/* Connections. */
POINTER(virConnectPtr, virConnectOpen, (const char *uri), (uri))
POINTER(virConnectPtr, virConnectOpenReadOnly, (const char *uri), (uri))
NUMBER(virConnectClose, (virConnectPtr connection), (connection))
NUMBER(virConnectIsAlive, (virConnectPtr connection), (connection))
POINTER(const char *, virConnectGetType, (virConnectPtr connection), (connection))
NUMBER(virConnectGetVersion, (virConnectPtr connection, unsigned long *version), (connection, version))
NUMBER(virConnectGetLibVersion, (virConnectPtr connection, unsigned long *version), (connection, version))
POINTER(char *, virConnectGetCapabilities, (virConnectPtr connection), (connection))
POINTER(char *, virConnectGetDomainCapabilities,
        (virConnectPtr connection, const char *emulator, const char *arch, const char *machine, const char *type, unsigned int flags),
        (connection, emulator, arch, machine, type, flags))
NUMBER(virConnectListAllDomains, (virConnectPtr connection, virDomainPtr **domains, unsigned int flags), (connection, domains, flags))
NUMBER(virConnectDomainEventRegisterAny,
       (virConnectPtr connection, virDomainPtr domain, int event, virConnectDomainEventGenericCallback callback, void *opaque,
        virFreeCallback release),
       (connection, domain, event, callback, opaque, release))
NUMBER(virConnectDomainEventDeregisterAny, (virConnectPtr connection, int callback), (connection, callback))

/* Domains: what they are. */
POINTER(virDomainPtr, virDomainLookupByName, (virConnectPtr connection, const char *name), (connection, name))
NUMBER(virDomainFree, (virDomainPtr domain), (domain))
POINTER(const char *, virDomainGetName, (virDomainPtr domain), (domain))
NUMBER(virDomainGetUUIDString, (virDomainPtr domain, char *text), (domain, text))
POINTER(char *, virDomainGetXMLDesc, (virDomainPtr domain, unsigned int flags), (domain, flags))
NUMBER(virDomainGetState, (virDomainPtr domain, int *state, int *reason, unsigned int flags), (domain, state, reason, flags))
NUMBER(virDomainIsActive, (virDomainPtr domain), (domain))
NUMBER(virDomainIsPersistent, (virDomainPtr domain), (domain))
NUMBER(virDomainGetAutostart, (virDomainPtr domain, int *autostart), (domain, autostart))
NUMBER(virDomainHasManagedSaveImage, (virDomainPtr domain, unsigned int flags), (domain, flags))
NUMBER(virDomainSnapshotNum, (virDomainPtr domain, unsigned int flags), (domain, flags))
NUMBER(virDomainListAllCheckpoints, (virDomainPtr domain, virDomainCheckpointPtr **list, unsigned int flags), (domain, list, flags))
NUMBER(virDomainGetControlInfo, (virDomainPtr domain, virDomainControlInfoPtr info, unsigned int flags), (domain, info, flags))
NUMBER(virDomainGetJobStats, (virDomainPtr domain, int *type, virTypedParameterPtr *list, int *count, unsigned int flags),
       (domain, type, list, count, flags))

/* Domains: what is done to them. */
POINTER(virDomainPtr, virDomainDefineXML, (virConnectPtr connection, const char *text), (connection, text))
POINTER(virDomainPtr, virDomainDefineXMLFlags, (virConnectPtr connection, const char *text, unsigned int flags),
        (connection, text, flags))
NUMBER(virDomainUndefine, (virDomainPtr domain), (domain))
NUMBER(virDomainUndefineFlags, (virDomainPtr domain, unsigned int flags), (domain, flags))
NUMBER(virDomainRename, (virDomainPtr domain, const char *name, unsigned int flags), (domain, name, flags))
NUMBER(virDomainSetAutostart, (virDomainPtr domain, int autostart), (domain, autostart))
NUMBER(
    virDomainSetMetadata,
    (virDomainPtr domain, int type, const char *metadata, const char *key, const char *uri, unsigned int flags),
    (domain, type, metadata, key, uri, flags))
NUMBER(virDomainSetMemoryFlags, (virDomainPtr domain, unsigned long memory, unsigned int flags), (domain, memory, flags))
NUMBER(virDomainSetVcpusFlags, (virDomainPtr domain, unsigned int vcpus, unsigned int flags), (domain, vcpus, flags))
NUMBER(virDomainPinVcpu, (virDomainPtr domain, unsigned int vcpu, unsigned char *map, int length), (domain, vcpu, map, length))
NUMBER(virDomainPinEmulator, (virDomainPtr domain, unsigned char *map, int length, unsigned int flags), (domain, map, length, flags))
NUMBER(virDomainPinIOThread, (virDomainPtr domain, unsigned int thread, unsigned char *map, int length, unsigned int flags),
       (domain, thread, map, length, flags))
NUMBER(virDomainAttachDeviceFlags, (virDomainPtr domain, const char *text, unsigned int flags), (domain, text, flags))
NUMBER(virDomainUpdateDeviceFlags, (virDomainPtr domain, const char *text, unsigned int flags), (domain, text, flags))
NUMBER(virDomainDetachDeviceFlags, (virDomainPtr domain, const char *text, unsigned int flags), (domain, text, flags))
NUMBER(virDomainCreate, (virDomainPtr domain), (domain))
NUMBER(virDomainCreateWithFlags, (virDomainPtr domain, unsigned int flags), (domain, flags))
NUMBER(virDomainShutdown, (virDomainPtr domain), (domain))
NUMBER(virDomainDestroy, (virDomainPtr domain), (domain))
NUMBER(virDomainDestroyFlags, (virDomainPtr domain, unsigned int flags), (domain, flags))
NUMBER(virDomainManagedSave, (virDomainPtr domain, unsigned int flags), (domain, flags))
POINTER(virDomainSnapshotPtr, virDomainSnapshotCreateXML, (virDomainPtr domain, const char *text, unsigned int flags),
        (domain, text, flags))
NUMBER(virDomainSnapshotFree, (virDomainSnapshotPtr snapshot), (snapshot))

/* Networks and storage. */
POINTER(virNetworkPtr, virNetworkLookupByName, (virConnectPtr connection, const char *name), (connection, name))
NUMBER(virNetworkIsActive, (virNetworkPtr network), (network))
NUMBER(virNetworkFree, (virNetworkPtr network), (network))
POINTER(virStoragePoolPtr, virStoragePoolLookupByName, (virConnectPtr connection, const char *name), (connection, name))
NUMBER(virStoragePoolIsActive, (virStoragePoolPtr pool), (pool))
NUMBER(virStoragePoolFree, (virStoragePoolPtr pool), (pool))
POINTER(virStorageVolPtr, virStorageVolLookupByName, (virStoragePoolPtr pool, const char *name), (pool, name))
POINTER(char *, virStorageVolGetPath, (virStorageVolPtr volume), (volume))
NUMBER(virStorageVolFree, (virStorageVolPtr volume), (volume))
