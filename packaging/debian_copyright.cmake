# Puts the licence where Debian wants it in each package; run by CPack before it makes them.

set(license "${CPACK_RESOURCE_FILE_LICENSE}")
foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  string(TOUPPER "${component}" upper)
  set(package "${CPACK_DEBIAN_${upper}_PACKAGE_NAME}")
  if(CPACK_GENERATOR STREQUAL "DEB")
    set(docs "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/${component}/usr/share/doc")
    file(MAKE_DIRECTORY "${docs}/${package}")
    configure_file("${license}" "${docs}/${package}/copyright" COPYONLY)
    file(REMOVE "${docs}/hyperactor/LICENSE")
  endif()
endforeach()
