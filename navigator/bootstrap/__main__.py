from navigator.bootstrap.handover import main

main()
